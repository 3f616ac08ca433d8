package klatch.regtest.chain;

import java.net.URI;

/**
 * Where a node's JSON-RPC listens and what it wants to hear.
 *
 * @param host always a loopback address
 */
public record RpcEndpoint(String host, int port, String user, String password) {
  public URI uri() {
    return URI.create("http://" + host + ":" + port + "/");
  }

  /** The password stays out of log lines. */
  @Override
  public String toString() {
    return uri().toString();
  }
}
