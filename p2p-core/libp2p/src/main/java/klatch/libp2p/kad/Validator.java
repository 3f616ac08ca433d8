package klatch.libp2p.kad;

import java.util.List;
import klatch.libp2p.MalformedMessageException;

/**
 * Says which values may stand under the keys of one namespace, and which of several is best (libp2p kad-dht, entry validation). Pure: the
 * same arguments always give the same answer. Called with whatever strangers send.
 */
public interface Validator {
  /** @throws MalformedMessageException saying what is wrong with the value, for example a signature that does not verify */
  void check(byte[] key, byte[] value) throws MalformedMessageException;

  /** The index of the best of at least one value that all passed {@link #check}, for example the newest. */
  int best(byte[] key, List<byte[]> values);
}
