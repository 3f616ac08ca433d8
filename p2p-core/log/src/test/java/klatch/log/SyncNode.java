package klatch.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;

/** A node with a real host on the loopback and a store in memory. */
final class SyncNode implements AutoCloseable {
  final AtomicLong now = new AtomicLong(LogStoreContract.NOW);
  final Ed25519Key key;
  final Host host;
  final LogStore store;
  final TopicSync sync;

  SyncNode(Ed25519Key key, TopicPolicy policy) {
    this.key = key;
    this.host = Libp2pHost.create(HostOptions.of(key).listen("/ip4/127.0.0.1/tcp/0"));
    this.store = new InMemoryLogStore(() -> Instant.ofEpochMilli(now.get()));
    this.sync = new TopicSync(host, store, policy);
  }

  SyncNode() {
    this(Ed25519Key.generate(), TopicPolicy.OPEN);
  }

  DeviceId device() {
    return DeviceId.of(key);
  }

  Peering keep(SyncNode other) {
    return sync.keep(other.host.listenAddresses().getFirst());
  }

  Entry write(TopicId topic, String text) {
    return store.append(key, topic, "test/note", text.getBytes(StandardCharsets.UTF_8), now.get());
  }

  boolean holds(Entry entry) {
    return store.entry(entry.id()).isPresent();
  }

  /** What two nodes in sync have in common: all heights with their heads, and where logs are forked. */
  Map<String, String> state(TopicId topic) {
    Map<String, String> state = new TreeMap<>();
    store.heights(topic).forEach((device, height) -> state.put(device.toString(), height.toString()));
    store.forks(topic).forEach(proof -> state.put("fork " + proof.log().device(), "at " + proof.sequence()));
    return state;
  }

  @Override
  public void close() {
    sync.close();
    host.close();
    store.close();
  }
}
