package klatch.cli.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.log.Peering;
import klatch.log.TopicSync;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses this node keeps in sync with, one a line in a file, and the peering for each. Thread-safe. */
final class AddressBook {
  /** More than one person's friends and always-on peers; the oldest makes room. */
  private static final int MAX_ADDRESSES = 256;
  private static final Logger LOG = LoggerFactory.getLogger(AddressBook.class);

  private final Path file;
  private final TopicSync sync;
  private final Map<Multiaddr, Peering> peerings = new LinkedHashMap<>();

  private AddressBook(Path file, TopicSync sync) {
    this.file = file;
    this.sync = sync;
  }

  /** Takes up the peerings of the last start. */
  static AddressBook open(Path file, TopicSync sync) {
    var book = new AddressBook(file, sync);
    try {
      if (Files.exists(file)) {
        Files.readAllLines(file, StandardCharsets.UTF_8).stream().limit(MAX_ADDRESSES).forEach(book::resume);
      }
      return book;
    } catch (IOException e) {
      throw new UncheckedIOException("the address book cannot be read: " + file, e);
    }
  }

  private void resume(String line) {
    try {
      var address = Multiaddr.parse(line.strip());
      peerings.computeIfAbsent(address, sync::keep);
    } catch (MalformedMessageException e) {
      LOG.warn("the address book {} has a line that is no address: {}", file, e.getMessage());
    }
  }

  /** Keeps in sync with whoever is there, from now on and after every start; a known one is tried at once. */
  synchronized void keep(Multiaddr address) {
    var known = peerings.get(address);
    if (known != null) {
      known.nudge();
      return;
    }
    if (peerings.size() >= MAX_ADDRESSES) {
      var oldest = peerings.entrySet().iterator();
      oldest.next().getValue().close();
      oldest.remove();
    }
    peerings.put(address, sync.keep(address));
    try {
      NodeKeys.writePrivately(file,
          String.join("\n", peerings.keySet().stream().map(Multiaddr::toString).toList()) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("the address book cannot be written: " + file, e);
    }
  }
}
