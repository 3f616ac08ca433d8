package klatch.libp2p.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Peerstore.Source;
import klatch.libp2p.identify.PeerRecord;
import klatch.libp2p.identify.SignedEnvelope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryPeerstoreTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
  private final MemoryPeerstore store = new MemoryPeerstore(now::get);
  private final PeerId peer = Ed25519Key.generate().peerId();

  @TempDir
  Path folder;

  private static Multiaddr address(int port) throws MalformedMessageException {
    return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port);
  }

  private void pass(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }

  @Test
  void addressesAreGivenTheMostTrustedFirstAndExpireByTheirSource() throws Exception {
    store.addAddresses(peer, List.of(address(1)), Source.HEARSAY);
    store.addAddresses(peer, List.of(address(2)), Source.IDENTIFY);
    store.addAddresses(peer, List.of(address(3)), Source.CONFIGURED);
    assertThat(store.addresses(peer)).containsExactly(address(3), address(2), address(1));
    pass(Duration.ofHours(2));
    assertThat(store.addresses(peer)).containsExactly(address(3), address(2));
    pass(Duration.ofDays(1000));
    assertThat(store.addresses(peer)).containsExactly(address(3));
  }

  @Test
  void hearsayDoesNotShortenWhatIsKnownBetter() throws Exception {
    store.addAddresses(peer, List.of(address(1)), Source.DIALLED);
    store.addAddresses(peer, List.of(address(1)), Source.HEARSAY);
    pass(Duration.ofDays(3));
    assertThat(store.addresses(peer)).containsExactly(address(1));
  }

  @Test
  void anAddressWithAnothersNameIsIgnoredAndOnesOwnNameIsTakenOff() throws Exception {
    store.addAddresses(peer, List.of(address(1).withPeer(Ed25519Key.generate().peerId()), address(2).withPeer(peer)),
        Source.IDENTIFY);
    assertThat(store.addresses(peer)).containsExactly(address(2));
  }

  @Test
  void peersAndAddressesAreBounded() throws Exception {
    for (int port = 1; port <= 100; port++) {
      store.addAddresses(peer, List.of(address(port)), port == 50 ? Source.DIALLED : Source.HEARSAY);
    }
    assertThat(store.addresses(peer)).hasSize(MemoryPeerstore.MAX_ADDRESSES).startsWith(address(50));
    for (int i = 0; i < MemoryPeerstore.MAX_PEERS; i++) {
      byte[] key = new byte[32];
      key[0] = (byte) i;
      key[1] = (byte) (i >> 8);
      store.addAddresses(PeerId.of(key), List.of(address(1)), Source.HEARSAY);
    }
    assertThat(store.peers()).hasSize(MemoryPeerstore.MAX_PEERS).doesNotContain(peer);
  }

  @Test
  void onlyANewerRecordReplacesWhatThePeerSaidBefore() throws Exception {
    Ed25519Key key = Ed25519Key.generate();
    SignedEnvelope first = new PeerRecord(key.peerId(), 1, List.of(address(1))).seal(key);
    SignedEnvelope second = new PeerRecord(key.peerId(), 2, List.of(address(2))).seal(key);
    store.addAddresses(key.peerId(), List.of(address(9)), Source.DIALLED);
    assertThat(store.addRecord(first)).isTrue();
    assertThat(store.addRecord(second)).isTrue();
    assertThat(store.addRecord(first)).isFalse();
    assertThat(store.addresses(key.peerId())).containsExactly(address(9), address(2));
    assertThat(store.signedRecord(key.peerId())).contains(second);
    byte[] forged = second.encode();
    forged[forged.length - 1] ^= 1;
    assertThatThrownBy(() -> store.addRecord(SignedEnvelope.decode(forged)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void aFileKeepsItOverARestart() throws Exception {
    Path file = folder.resolve("peers");
    Ed25519Key key = Ed25519Key.generate();
    store.addAddresses(peer, List.of(address(1)), Source.CONFIGURED);
    store.addAddresses(peer, List.of(address(2)), Source.HEARSAY);
    store.addRecord(new PeerRecord(key.peerId(), 7, List.of(address(3))).seal(key));
    new PeerstoreFile(file, store).save();

    pass(Duration.ofHours(2));
    MemoryPeerstore again = new MemoryPeerstore(now::get);
    new PeerstoreFile(file, again).load();
    assertThat(again.addresses(peer)).containsExactly(address(1));
    assertThat(again.addresses(key.peerId())).containsExactly(address(3));
    assertThat(again.signedRecord(key.peerId())).isEqualTo(store.signedRecord(key.peerId()));
    assertThat(again.addRecord(new PeerRecord(key.peerId(), 6, List.of(address(4))).seal(key))).isFalse();
  }

  @Test
  void aDamagedFileIsPutAsideAndNotLost() throws Exception {
    Path file = folder.resolve("peers");
    store.addAddresses(peer, List.of(address(1)), Source.CONFIGURED);
    new PeerstoreFile(file, store).save();
    byte[] good = Files.readAllBytes(file);
    List<byte[]> damaged = new ArrayList<>(List.of(new byte[0], new byte[]{1, 2, 3},
        java.util.Arrays.copyOf(good, good.length - 1)));
    for (byte[] bytes : damaged) {
      Files.write(file, bytes);
      MemoryPeerstore again = new MemoryPeerstore(now::get);
      new PeerstoreFile(file, again).load();
      assertThat(again.peers()).isEmpty();
      assertThat(file).doesNotExist();
      assertThat(folder.resolve("peers.damaged")).hasBinaryContent(bytes);
    }
  }
}
