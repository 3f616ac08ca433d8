package klatch.lightning.chain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** How bitcoind knows us. */
public sealed interface RpcLogin {
  /**
   * The value of the header.
   *
   * @throws IOException if there is none to be had now
   */
  String authorization() throws IOException;

  record Password(String user, String password) implements RpcLogin {
    @Override
    public String authorization() {
      return basic(user + ":" + password);
    }

    /** Never shows the password. */
    @Override
    public String toString() {
      return "Password[user=" + user + "]";
    }
  }

  /** @param file bitcoind's {@code .cookie}, which it writes anew at every start: read again when it is refused */
  record Cookie(Path file) implements RpcLogin {
    private static final int MAX_BYTES = 1_024;

    @Override
    public String authorization() throws IOException {
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " is no cookie of a bitcoind: it has more than " + MAX_BYTES + " bytes");
      }
      String cookie = Files.readString(file).strip();
      if (cookie.indexOf(':') < 0) {
        throw new IOException(file + " is no cookie of a bitcoind: it has no colon");
      }
      return basic(cookie);
    }
  }

  private static String basic(String both) {
    return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }
}
