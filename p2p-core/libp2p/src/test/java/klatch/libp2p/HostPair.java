package klatch.libp2p;

/** Two hosts on loopback, the first one listening. */
record HostPair(Libp2pHost server, Libp2pHost client) implements AutoCloseable {
  static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";

  static HostPair start() {
    return start(Limits.DEFAULT);
  }

  static HostPair start(Limits serverLimits) {
    return new HostPair(Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(LOOPBACK).limits(serverLimits)),
        Libp2pHost.create(HostOptions.of(Ed25519Key.generate())));
  }

  Connection connect() {
    return client.connect(server.listenAddresses().getFirst());
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
