package klatch.libp2p.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Peerstore;
import klatch.libp2p.identify.PeerRecord;
import klatch.libp2p.identify.SignedEnvelope;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A peerstore on disk: a line that names the format, then one length-prefixed protobuf message for each peer. It is written anew beside the old one
 * and put in its place, so a crash leaves one or the other whole.
 */
public final class PeerstoreFile {
  private static final Logger LOG = LoggerFactory.getLogger(PeerstoreFile.class);
  private static final byte[] FORMAT = "libp2p-peerstore/1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  /** Largest file read. */
  private static final int MAX_FILE_BYTES = 64 * 1024 * 1024;
  private static final int PEER = 1;
  private static final int ADDRESS = 2;
  private static final int PROTOCOL = 3;
  private static final int ENVELOPE = 4;
  private static final int MULTIADDR = 1;
  private static final int SOURCE = 2;
  private static final int UNTIL = 3;

  private final Path file;
  private final MemoryPeerstore store;

  public PeerstoreFile(Path file, MemoryPeerstore store) {
    this.file = file;
    this.store = store;
  }

  /** Reads what was stored. A file that cannot be read is put aside, not overwritten, and the host starts with nothing. */
  public void load() {
    try {
      if (Files.exists(file)) {
        read(Files.readAllBytes(file));
        store.takeChanged();
      }
    } catch (IOException | MalformedMessageException e) {
      Path aside = file.resolveSibling(file.getFileName() + ".damaged");
      LOG.warn("cannot read {} ({}); it is kept as {}", file, e.getMessage(), aside);
      try {
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException moving) {
        LOG.warn("cannot rename {}: {}", file, moving.getMessage());
      }
    }
  }

  private void read(byte[] bytes) throws MalformedMessageException {
    if (bytes.length > MAX_FILE_BYTES || bytes.length < FORMAT.length
        || !ByteBuffer.wrap(bytes, 0, FORMAT.length).equals(ByteBuffer.wrap(FORMAT))) {
      throw new MalformedMessageException("not a peerstore of format 1, or larger than " + MAX_FILE_BYTES + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, FORMAT.length, bytes.length - FORMAT.length);
    while (in.hasRemaining()) {
      long length = Varint.read(in);
      if (length > in.remaining()) {
        throw new MalformedMessageException("peer of " + length + " bytes, " + in.remaining() + " left");
      }
      byte[] one = new byte[(int) length];
      in.get(one);
      readPeer(one);
    }
  }

  private void readPeer(byte[] bytes) throws MalformedMessageException {
    byte[] id = {};
    MemoryPeerstore.Entry entry = new MemoryPeerstore.Entry();
    java.util.List<String> protocols = new java.util.ArrayList<>();
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      switch (field.tag()) {
        case PEER -> id = field.array();
        case ADDRESS -> readAddress(field.array(), entry);
        case PROTOCOL -> protocols.add(field.text());
        case ENVELOPE -> {
          SignedEnvelope envelope = SignedEnvelope.decode(field.array());
          entry.sequence = PeerRecord.open(envelope).sequence();
          entry.envelope = envelope;
        }
        default -> {
          // For later formats.
        }
      }
    }
    entry.protocols = java.util.List.copyOf(protocols);
    store.restore(PeerId.fromBytes(id), entry);
  }

  private static void readAddress(byte[] bytes, MemoryPeerstore.Entry entry) throws MalformedMessageException {
    byte[] address = {};
    long source = 0;
    long until = 0;
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      switch (field.tag()) {
        case MULTIADDR -> address = field.array();
        case SOURCE -> source = field.number();
        case UNTIL -> until = field.number();
        default -> {
          // For later formats.
        }
      }
    }
    entry.addresses.put(Multiaddr.fromBytes(address), new MemoryPeerstore.Known(source(source), until));
  }

  private static int code(Peerstore.Source source) {
    return switch (source) {
      case HEARSAY -> 0;
      case IDENTIFY -> 1;
      case DIALLED -> 2;
      case CONFIGURED -> 3;
    };
  }

  private static Peerstore.Source source(long code) throws MalformedMessageException {
    for (Peerstore.Source source : Peerstore.Source.values()) {
      if (code(source) == code) {
        return source;
      }
    }
    throw new MalformedMessageException("address source " + code);
  }

  /** Writes the file if anything has changed since it was written last. */
  public synchronized void save() {
    if (!store.takeChanged()) {
      return;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(FORMAT);
    store.forEach((peer, entry) -> {
      byte[] one = encode(peer, entry);
      out.writeBytes(Varint.encode(one.length));
      out.writeBytes(one);
    });
    try {
      replace(out.toByteArray());
    } catch (IOException e) {
      LOG.warn("cannot write {}: {}", file, e.getMessage());
    }
  }

  private static byte[] encode(PeerId peer, MemoryPeerstore.Entry entry) {
    Protobuf.Writer one = new Protobuf.Writer().bytes(PEER, peer.bytes());
    entry.addresses.forEach((address, known) -> one.bytes(ADDRESS,
        new Protobuf.Writer().bytes(MULTIADDR, address.bytes()).number(SOURCE, code(known.source()))
            .number(UNTIL, known.untilMillis()).toByteArray()));
    entry.protocols.forEach(protocol -> one.text(PROTOCOL, protocol));
    SignedEnvelope envelope = entry.envelope;
    if (envelope != null) {
      one.bytes(ENVELOPE, envelope.encode());
    }
    return one.toByteArray();
  }

  private void replace(byte[] bytes) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer all = ByteBuffer.wrap(bytes);
      while (all.hasRemaining()) {
        channel.write(all);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
