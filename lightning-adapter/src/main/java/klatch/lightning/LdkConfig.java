package klatch.lightning;

import java.net.InetSocketAddress;

/**
 * What an embedded LDK node is started with.
 *
 * @param alias  the node's name in messages and logs, at most 32 characters
 * @param listen where peers connect; port 0 takes any free one
 */
public record LdkConfig(Network network, String alias, Seed seed, InetSocketAddress listen, ChainRpc chain,
    ChannelPolicy channels) {
  private static final int MAX_ALIAS_LENGTH = 32;

  public LdkConfig {
    if (alias.isEmpty() || alias.length() > MAX_ALIAS_LENGTH) {
      throw new IllegalArgumentException(
          "an alias has 1.." + MAX_ALIAS_LENGTH + " characters, not " + alias.length());
    }
    if (listen.isUnresolved()) {
      throw new IllegalArgumentException("cannot listen on " + listen + ": no such address");
    }
  }
}
