package klatch.regtest.browser;

/**
 * What a page cost a browser that has not seen it before, by the browser's own account. Browsers call a page good that
 * paints its first content within 1.8 s and has fewer than 1,500 elements; ours, from the same machine, stay far below.
 *
 * @param paintMillis from the beginning of the navigation to the first content that is painted
 * @param requests    of all kinds, the page itself among them
 * @param bytes       of all answers, as they came over the connection
 * @param scriptBytes of the scripts among them, compressed
 */
public record FirstVisit(long paintMillis, int requests, long bytes, long scriptBytes, int elements) {
  private static final String PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0";
  private static final String READ = "(() => { const all = [...performance.getEntriesByType('navigation'),"
      + " ...performance.getEntriesByType('resource')]; const sum = (list, field) => list.reduce((total, one) => total + one[field], 0);"
      + "return { paint: performance.getEntriesByName('first-contentful-paint')[0].startTime, requests: all.length,"
      + " bytes: sum(all, 'transferSize'), scripts: sum(all.filter(one => /\\.js$/.test(one.name)), 'encodedBodySize'),"
      + " elements: document.getElementsByTagName('*').length }; })()";

  /** Of a page that has arrived; waits for its first paint. */
  public static FirstVisit of(ChromiumPage page) {
    var read = page.until(PAINTED).eval(READ);
    return new FirstVisit(Math.round(read.path("paint").asDouble()), read.path("requests").asInt(),
        read.path("bytes").asLong(), read.path("scripts").asLong(), read.path("elements").asInt());
  }
}
