package klatch.libp2p.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.RawBytes;
import klatch.libp2p.transport.RawConnection;

/** The HTTP upgrade to WebSocket (RFC 6455, section 4), without extensions or subprotocols. */
final class Handshake {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Handshake() {
  }

  /** The client's part. */
  static WebSocketConnection request(RawConnection raw, String authority, String path)
      throws IOException, MalformedMessageException {
    byte[] nonce = new byte[KEY_BYTES];
    RANDOM.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    RawBytes bytes = new RawBytes(raw);
    send(bytes, "GET " + path + " HTTP/1.1\r\nHost: " + authority + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n\r\n");
    HttpHead answer = HttpHead.read(bytes.input());
    boolean switched = answer.firstLine().size() > 1 && answer.firstLine().get(0).equals("HTTP/1.1")
        && answer.firstLine().get(1).equals("101");
    if (!switched || !answer.lists("upgrade", "websocket") || !answer.lists("connection", "upgrade")) {
      throw new MalformedMessageException("no WebSocket here: " + String.join(" ", answer.firstLine()));
    }
    if (!answer.header("sec-websocket-accept").equals(accept(key))
        || !answer.header("sec-websocket-extensions").isEmpty()
        || !answer.header("sec-websocket-protocol").isEmpty()) {
      throw new MalformedMessageException("a WebSocket answer to something that was not asked");
    }
    return new WebSocketConnection(bytes, true);
  }

  /** The server's part; whoever asks for anything else is told so. */
  static WebSocketConnection answer(RawConnection raw) throws IOException, MalformedMessageException {
    RawBytes bytes = new RawBytes(raw);
    try {
      HttpHead request = HttpHead.read(bytes.input());
      String key = requireUpgrade(request);
      send(bytes, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n");
    } catch (MalformedMessageException e) {
      send(bytes,
          "HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      throw e;
    }
    return new WebSocketConnection(bytes, false);
  }

  private static String requireUpgrade(HttpHead request) throws MalformedMessageException {
    boolean get = request.firstLine().size() == 3 && request.firstLine().get(0).equals("GET")
        && request.firstLine().get(2).equals("HTTP/1.1");
    if (!get || !request.lists("upgrade", "websocket") || !request.lists("connection", "upgrade")) {
      throw new MalformedMessageException("not a request for a WebSocket");
    }
    if (!request.header("sec-websocket-version").equals("13")) {
      throw new MalformedMessageException("WebSocket version other than 13");
    }
    String key = request.header("sec-websocket-key");
    try {
      if (Base64.getDecoder().decode(key).length != KEY_BYTES) {
        throw new MalformedMessageException("WebSocket key that is not " + KEY_BYTES + " bytes");
      }
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("WebSocket key that is not base64", e);
    }
    return key;
  }

  static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-1", e);
    }
  }

  private static void send(RawBytes bytes, String text) throws IOException {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    bytes.write(ascii, 0, ascii.length);
  }
}
