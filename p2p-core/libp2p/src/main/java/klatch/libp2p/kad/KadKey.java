package klatch.libp2p.kad;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import klatch.libp2p.PeerId;

/** A place in the keyspace: the SHA-256 of a peer id, a record's key or a content's multihash. Distance is XOR. */
final class KadKey {
  static final int BITS = 256;
  private static final int BYTES = BITS / 8;

  private final byte[] hash;

  private KadKey(byte[] hash) {
    this.hash = hash;
  }

  static KadKey of(byte[] key) {
    try {
      return new KadKey(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static KadKey of(PeerId peer) {
    return of(peer.bytes());
  }

  /** Leading bits that both have in common, 0 to {@value #BITS}. */
  int commonPrefix(KadKey other) {
    int differs = Arrays.mismatch(hash, other.hash);
    return differs < 0
        ? BITS
        : differs * 8 + Integer.numberOfLeadingZeros((hash[differs] ^ other.hash[differs]) & 0xff) - 24;
  }

  /** Orders keys by their distance to this one, nearest first. */
  Comparator<KadKey> nearestFirst() {
    return (a, b) -> {
      for (int i = 0; i < BYTES; i++) {
        int difference = Integer.compare((a.hash[i] ^ hash[i]) & 0xff, (b.hash[i] ^ hash[i]) & 0xff);
        if (difference != 0) {
          return difference;
        }
      }
      return 0;
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KadKey that && Arrays.equals(hash, that.hash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(hash);
  }
}
