package klatch.libp2p.transport;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.PublicKey;
import klatch.libp2p.Security;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.noise.NoiseHandshake;
import klatch.libp2p.tls.TlsSecurity;
import klatch.libp2p.yamux.YamuxFrame;

/** Makes an encrypted channel with an agreed muxer of a raw connection: multistream-select, Noise or TLS, and a muxer early or late. */
public final class Upgrader {
  private static final List<String> MUXERS = List.of(YamuxFrame.PROTOCOL);

  private final List<String> security;
  private final NoiseHandshake.Credentials credentials;
  private final TlsSecurity tls;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param security what to propose and accept, the preferred one first
   * @param earlyMuxer whether to list muxers in the handshake, which saves a round trip
   */
  public Upgrader(PrivateKey identity, List<Security> security, boolean earlyMuxer, InstantSource clock) {
    List<String> muxers = earlyMuxer ? MUXERS : List.of();
    this.security = security.stream().map(Security::protocol).toList();
    this.credentials = NoiseHandshake.Credentials.of(identity, muxers, random);
    this.tls = new TlsSecurity(identity, muxers, clock);
  }

  /** A channel whose other end has proven {@code remoteKey} and speaks yamux. */
  public static final class Upgraded {
    private final SecureChannel channel;
    private final PublicKey remoteKey;
    private final boolean initiator;
    private final byte[] surplus;

    private Upgraded(SecureChannel channel, PublicKey remoteKey, boolean initiator, byte[] surplus) {
      this.channel = channel;
      this.remoteKey = remoteKey;
      this.initiator = initiator;
      this.surplus = surplus;
    }

    public SecureChannel channel() {
      return channel;
    }

    public PublicKey remoteKey() {
      return remoteKey;
    }

    /** Whether our end opened the negotiation; it is the muxer's client then. */
    public boolean initiator() {
      return initiator;
    }

    /** Bytes of the muxer that came together with the end of the negotiation. */
    public byte[] surplus() {
      return surplus.clone();
    }
  }

  /** The dialer's part; an {@code expected} peer other than the one that answers ends it. */
  public Upgraded initiate(RawConnection raw, Optional<PeerId> expected) throws IOException, MalformedMessageException {
    RawBytes bytes = new RawBytes(raw);
    String agreed = MultistreamSelect.propose(bytes.input(), bytes.output(), security)
        .orElseThrow(() -> new MalformedMessageException("the peer speaks none of " + security));
    return agreed.equals(NoiseHandshake.PROTOCOL)
        ? noise(NoiseHandshake.start(bytes, credentials, random).initiate(expected), true)
        : tls(tls.handshake(new Remaining(bytes), true, expected), true);
  }

  /** The listener's part; {@code expected} as for the dialer. */
  public Upgraded respond(RawConnection raw, Optional<PeerId> expected) throws IOException, MalformedMessageException {
    RawBytes bytes = new RawBytes(raw);
    String agreed = MultistreamSelect.answer(bytes.input(), bytes.output(), security::contains, security);
    Upgraded upgraded = agreed.equals(NoiseHandshake.PROTOCOL)
        ? noise(NoiseHandshake.start(bytes, credentials, random).respond(), false)
        : tls(tls.handshake(new Remaining(bytes), false, expected), false);
    PeerId remote = upgraded.remoteKey().peerId();
    if (expected.isPresent() && !expected.get().equals(remote)) {
      throw new MalformedMessageException("the peer is " + remote + ", not the expected " + expected.get());
    }
    return upgraded;
  }

  private Upgraded noise(NoiseHandshake.Result result, boolean initiator)
      throws IOException, MalformedMessageException {
    return withMuxer(result.channel(), result.remote().key(), initiator, muxerAgreed(result.remote().muxers()));
  }

  private static Upgraded tls(TlsSecurity.Result result, boolean initiator)
      throws IOException, MalformedMessageException {
    return withMuxer(result.channel(), result.remote(), initiator, result.muxer().isPresent());
  }

  private static Upgraded withMuxer(SecureChannel channel, PublicKey remote, boolean initiator, boolean agreed)
      throws IOException, MalformedMessageException {
    ChannelBytes bytes = new ChannelBytes(channel);
    if (agreed) {
      return new Upgraded(channel, remote, initiator, new byte[0]);
    }
    if (!initiator) {
      MultistreamSelect.answer(bytes.input(), bytes.output(), MUXERS::contains, MUXERS);
    } else if (MultistreamSelect.propose(bytes.input(), bytes.output(), MUXERS).isEmpty()) {
      throw new MalformedMessageException("the peer does not speak " + YamuxFrame.PROTOCOL);
    }
    return new Upgraded(channel, remote, initiator, bytes.surplus());
  }

  /** With muxers listed by both sides the handshake has decided; a side that lists none negotiates as a second step. */
  private boolean muxerAgreed(List<String> offered) throws MalformedMessageException {
    if (offered.isEmpty() || credentials.muxers().isEmpty()) {
      return false;
    }
    if (offered.contains(YamuxFrame.PROTOCOL)) {
      return true;
    }
    throw new MalformedMessageException("the peer offers muxers " + offered + ", not " + YamuxFrame.PROTOCOL);
  }
}
