package klatch.libp2p.gossipsub;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PublicKey;

/** The keys of authors heard of late, so that a key is read and compared with its peer id once and not for every message. Safe for any thread. */
final class AuthorKeys {
  /** Authors remembered; the one that was silent longest is forgotten first. */
  static final int AUTHORS = 4_096;

  /** A key that is its author's, and the bytes it comes in. */
  private static final class Author {
    final PublicKey key;
    final byte[] encoded;

    Author(PublicKey key) {
      this.key = key;
      this.encoded = key.encode();
    }
  }

  private final Map<PeerId, Author> authors = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<PeerId, Author> eldest) {
      return size() > AUTHORS;
    }
  };

  /**
   * Whether {@code signature} over {@code signed} is {@code author}'s.
   *
   * @param givenKey the key that came with the message; empty when none did
   */
  boolean verify(PeerId author, byte[] givenKey, byte[] signed, byte[] signature) {
    Optional<Author> known = known(author);
    Optional<Author> found = known.isPresent() ? known : read(author, givenKey);
    if (found.isEmpty() || (givenKey.length > 0 && !Arrays.equals(givenKey, found.get().encoded))) {
      return false;
    }
    boolean good = found.get().key.verify(signed, signature);
    if (good && known.isEmpty()) {
      // Only a true message makes its author known: inventing authors is free.
      remember(author, found.get());
    }
    return good;
  }

  private synchronized Optional<Author> known(PeerId id) {
    return Optional.ofNullable(authors.get(id));
  }

  private synchronized void remember(PeerId id, Author author) {
    authors.put(id, author);
  }

  private static Optional<Author> read(PeerId id, byte[] givenKey) {
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
}
