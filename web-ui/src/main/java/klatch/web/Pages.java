package klatch.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The files of the pages: ES modules, styles and messages as they lie in the jar, in memory and compressed once. They carry
 * nothing of the node and need no token. Everything but the first page lies below a folder named by the hash of all of
 * them, so a browser may keep it for ever.
 */
final class Pages {
  /** Scripts, styles, pictures and requests from and to this node only; nothing inline, no frames, no forms. */
  static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      + "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

  private static final String FOLDER = "pages/";
  /** Every file of the pages, by its name below the folder; PagesTest compares it with what is there. */
  static final List<String> FILES = List.of("style.css", "icon.svg", "app.js", "api.js", "kit.js", "markup.js",
      "words.js",
      "parts.js", "picture.js", "scan.js", "meet.js", "view/first.js", "view/events.js", "view/create.js",
      "view/event.js",
      "view/change.js", "view/deposit.js", "view/notices.js", "view/group.js", "view/rules.js",
      "view/organise.js", "view/hosts.js", "view/door.js", "view/settlement.js", "view/mine.js", "view/people.js",
      "view/repeat.js",
      "messages/en.json",
      "messages/de.json");
  /** Where Preact's two modules are in its jar, and under which names they are served. */
  private static final String LIBRARY_FOLDER = "/META-INF/resources/webjars/preact/10.28.0/";
  private static final Map<String, String> LIBRARY = Map.of("lib/preact.js", "dist/preact.module.js", "lib/hooks.js",
      "hooks/dist/hooks.module.js");
  /** The one thing that is not served as it is: a bare name would need an import map, and that would have to be inline. */
  private static final String BARE = "from\"preact\"";
  private static final String RELATIVE = "from\"./preact.js\"";
  private static final String FIRST = "index.html";
  private static final String GUESTS_FIRST = "guest.html";
  private static final String SIGNING = "guest/key.js";
  /** Signatures in plain JavaScript: on plain http a browser gives a page no cryptography of its own. */
  private static final String SIGNING_LIBRARY = "lib/nacl.js";
  private static final String SIGNING_IN_JAR = "/META-INF/resources/webjars/tweetnacl/0.14.5/nacl-fast.min.js";
  /** The files of the guests' page; what they share with the others lies among those. */
  static final List<String> GUESTS_FILES = List.of("style.css", "icon.svg", "guest/app.js", SIGNING, "api.js", "kit.js",
      "markup.js", "words.js", "parts.js", "messages/en.json", "messages/de.json");
  private static final int NAME_CHARS = 16;
  private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js",
      "text/javascript; charset=utf-8", "css", "text/css; charset=utf-8", "svg", "image/svg+xml", "json",
      "application/json");

  /** By path; filled once, then only read. */
  private final Map<String, Page> pages = new TreeMap<>();

  /** One file, plain and by gzip. The tag is a strong ETag with its quotes; a lasting one never changes under its path. */
  static final class Page {
    private final String type;
    private final byte[] plain;
    private final byte[] packed;
    private final String tag;
    private final boolean lasting;

    private Page(String type, byte[] plain, boolean lasting) {
      this.type = type;
      this.plain = plain;
      this.packed = Pages.packed(plain);
      this.tag = "\"" + HexFormat.of().formatHex(digest().digest(plain)).substring(0, NAME_CHARS) + "\"";
      this.lasting = lasting;
    }

    String type() {
      return type;
    }

    int packedBytes() {
      return packed.length;
    }
  }

  private final boolean onLoopback;

  /** Those of a node's own person. */
  Pages() {
    this(FIRST, FILES, true);
  }

  /** The one that guests without a node see. */
  static Pages ofGuests() {
    return new Pages(GUESTS_FIRST, GUESTS_FILES, false);
  }

  /** @param onLoopback browsers trust what comes from there as if it were https, and plain http from elsewhere not */
  private Pages(String first, List<String> files, boolean onLoopback) {
    this.onLoopback = onLoopback;
    var contents = new TreeMap<String, byte[]>();
    files.forEach(name -> contents.put(name, read(FOLDER + name)));
    if (files.contains(SIGNING)) {
      contents.put(SIGNING_LIBRARY, read(SIGNING_IN_JAR));
    }
    LIBRARY.forEach((name, file) -> contents.put(name, new String(read(LIBRARY_FOLDER + file), StandardCharsets.UTF_8)
        .replace(BARE, RELATIVE).getBytes(StandardCharsets.UTF_8)));
    var template = new String(read(FOLDER + first), StandardCharsets.UTF_8);
    var all = digest();
    contents.forEach((name, bytes) -> {
      all.update(name.getBytes(StandardCharsets.UTF_8));
      all.update(bytes);
    });
    var folder = "/a/" + HexFormat.of().formatHex(all.digest()).substring(0, NAME_CHARS) + "/";
    contents.forEach((name, bytes) -> pages.put(folder + name, page(name, bytes, true)));
    pages.put("/", page(first, template.replace("{folder}", folder).getBytes(StandardCharsets.UTF_8), false));
  }

  /** Everything there is, by path. */
  Map<String, Page> all() {
    return Map.copyOf(pages);
  }

  boolean has(String path) {
    return pages.containsKey(path);
  }

  /** Answers GET and HEAD of a path that {@link #has} knows. */
  void answer(Request request, String path, Response response, Callback callback) {
    var page = pages.get(path);
    if (page == null) {
      throw new IllegalArgumentException("there is no page " + path);
    }
    var headers = response.getHeaders();
    headers.put(HttpHeader.ETAG, page.tag);
    headers.put(HttpHeader.CACHE_CONTROL, page.lasting ? "public, max-age=31536000, immutable" : "no-cache");
    headers.put(HttpHeader.VARY, "Accept-Encoding");
    secure(response);
    if (onLoopback) {
      headers.put("Cross-Origin-Opener-Policy", "same-origin");
    }
    if (page.tag.equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
      response.setStatus(304);
      response.write(true, ByteBuffer.allocate(0), callback);
      return;
    }
    var accepted = request.getHeaders().get(HttpHeader.ACCEPT_ENCODING);
    boolean packed = accepted != null && accepted.contains("gzip");
    var body = packed ? page.packed : page.plain;
    if (packed) {
      headers.put(HttpHeader.CONTENT_ENCODING, "gzip");
    }
    headers.put(HttpHeader.CONTENT_TYPE, page.type);
    headers.put(HttpHeader.CONTENT_LENGTH, body.length);
    response.setStatus(200);
    boolean head = request.getMethod().equals("HEAD");
    response.write(true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body), callback);
  }

  private static void secure(Response response) {
    var headers = response.getHeaders();
    headers.put("Content-Security-Policy", POLICY);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()");
  }

  private static Page page(String name, byte[] bytes, boolean lasting) {
    var type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException("no content type for " + name);
    }
    return new Page(type, bytes, lasting);
  }

  private static byte[] packed(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return out.toByteArray();
  }

  private static byte[] read(String resource) {
    try (InputStream in = Pages.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the program was built without " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("a file of the program cannot be read: " + resource, e);
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
