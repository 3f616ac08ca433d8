package klatch.libp2p.gossipsub;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.KeyType;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PublicKey;
import klatch.libp2p.ed25519.PreparedKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys of authors heard of late. One who has published often gets a {@link PreparedKey}: checking signatures is most of the work of
 * passing messages on. Safe for any thread.
 */
final class AuthorKeys {
  /** Authors remembered; the one that was silent longest is forgotten first. */
  static final int AUTHORS = 4_096;
  /** Prepared keys kept, of 61 kB each. */
  static final int PREPARED = 128;
  /** Good signatures until a key is prepared: preparing takes the time of six verifications, and only true messages bring it about. */
  static final int PREPARED_AFTER = 12;

  /** One author; {@code good} and {@code prepared} under the lock. */
  private static final class Author {
    final PublicKey key;
    final byte[] encoded;
    int good;
    @Nullable
    PreparedKey prepared;

    Author(PublicKey key) {
      this.key = key;
      this.encoded = key.encode();
    }
  }

  private final Map<PeerId, Author> authors = new RecentlyUsed<>(AUTHORS);
  private final Map<PeerId, Author> prepared = new RecentlyUsed<>(PREPARED);

  /**
   * Whether {@code signature} over {@code signed} is {@code author}'s.
   *
   * @param givenKey the key that came with the message; empty when none did
   */
  boolean verify(PeerId author, byte[] givenKey, byte[] signed, byte[] signature) {
    Optional<Author> known = find(author, givenKey);
    if (known.isEmpty() || (givenKey.length > 0 && !Arrays.equals(givenKey, known.get().encoded))) {
      return false;
    }
    PreparedKey fast = fast(author, known.get());
    boolean good = fast == null ? known.get().key.verify(signed, signature) : fast.verify(signed, signature);
    if (good && fast == null) {
      countGood(author, known.get());
    }
    return good;
  }

  private synchronized @Nullable PreparedKey fast(PeerId id, Author author) {
    if (author.prepared != null && prepared.get(id) != author) {
      author.prepared = null;
      author.good = 0;
    }
    return author.prepared;
  }

  private void countGood(PeerId id, Author author) {
    synchronized (this) {
      authors.put(id, author);
      author.good++;
      if (author.good != PREPARED_AFTER || author.key.type() != KeyType.ED25519) {
        return;
      }
    }
    Optional<PreparedKey> made = PreparedKey.of(author.key.data());
    synchronized (this) {
      if (made.isPresent()) {
        author.prepared = made.get();
        prepared.put(id, author);
      }
    }
  }

  private Optional<Author> find(PeerId id, byte[] givenKey) {
    synchronized (this) {
      Author known = authors.get(id);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<PublicKey> inlined = id.inlinedKey();
    if (inlined.isPresent() || givenKey.length == 0) {
      return inlined.map(Author::new);
    }
    try {
      PublicKey given = PublicKey.decode(givenKey);
      return given.peerId().equals(id) ? Optional.of(new Author(given)) : Optional.empty();
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  synchronized int preparedCount() {
    return prepared.size();
  }

  private static final class RecentlyUsed<K, V> extends LinkedHashMap<K, V> {
    private final int most;

    RecentlyUsed(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }
}
