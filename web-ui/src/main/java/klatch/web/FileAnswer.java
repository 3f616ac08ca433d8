package klatch.web;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;

/** An answer that is a file of its own and no JSON. A browser that is led to it runs nothing of it. */
final class FileAnswer {
  private static final String POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

  private final String type;
  private final byte[] bytes;
  private final String caching;

  private FileAnswer(String type, byte[] bytes, String caching) {
    this.type = type;
    this.bytes = bytes;
    this.caching = caching;
  }

  /** One that never changes under its path. */
  static FileAnswer forEver(String type, byte[] bytes) {
    return new FileAnswer(type, bytes, "private, max-age=31536000, immutable");
  }

  byte[] bytes() {
    return bytes;
  }

  void head(Response response) {
    var headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, type);
    headers.put(HttpHeader.CACHE_CONTROL, caching);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Content-Security-Policy", POLICY);
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
  }
}
