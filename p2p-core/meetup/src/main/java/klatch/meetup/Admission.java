package klatch.meetup;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.log.DeviceId;
import klatch.log.TopicId;

/** How somebody with an invite comes into a private group: they show the secret to a host's node (docs/spec/private-groups.md). */
public final class Admission {
  public static final String PROTOCOL = "/klatch/admit/1";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int SECRET_BYTES = 32;
  private static final int YES = 1;
  private static final int NO = 0;

  private Admission() {}

  /** Answers whoever reaches this device through {@code host}. */
  public static void serve(Host host, PrivateGroups groups) {
    host.handle(PROTOCOL, stream -> serve(stream, groups));
  }

  /** One answer for every no, so that nobody learns which groups are here. */
  private static void serve(Stream stream, PrivateGroups groups) throws IOException, MalformedMessageException {
    stream.timeout(PATIENCE);
    byte[] asked = stream.input().readNBytes(TopicId.LENGTH + SECRET_BYTES);
    if (asked.length != TopicId.LENGTH + SECRET_BYTES) {
      throw new EOFException("asked to be let in with " + asked.length + " bytes");
    }
    TopicId topic = new TopicId(Arrays.copyOf(asked, TopicId.LENGTH));
    ByteString secret = ByteString.of(Arrays.copyOfRange(asked, TopicId.LENGTH, asked.length));
    boolean in = groups.admit(topic, DeviceId.of(stream.remotePeer()), secret);
    stream.output().write(in ? YES : NO);
    stream.output().flush();
  }

  /**
   * Shows a secret to a peer there is a connection to.
   *
   * @return whether this device is in now; false also if the peer does not answer
   */
  public static boolean ask(Host host, PeerId peer, TopicId topic, ByteString secret) {
    try (Stream stream = host.open(peer, PROTOCOL)) {
      stream.timeout(PATIENCE);
      stream.output().write(topic.bytes());
      stream.output().write(secret.bytes());
      stream.output().flush();
      stream.closeWrite();
      return stream.input().read() == YES;
    } catch (IOException | Libp2pException e) {
      return false;
    }
  }
}
