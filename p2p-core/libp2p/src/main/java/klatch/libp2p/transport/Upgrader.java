package klatch.libp2p.transport;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.PublicKey;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.noise.NoiseHandshake;
import klatch.libp2p.yamux.YamuxFrame;

/** Makes an encrypted channel with an agreed muxer of a raw connection: multistream-select, Noise, and a muxer early or late. */
public final class Upgrader {
  private static final List<String> MUXERS = List.of(YamuxFrame.PROTOCOL);
  private static final List<String> SECURITY = List.of(NoiseHandshake.PROTOCOL);

  private final NoiseHandshake.Credentials credentials;
  private final SecureRandom random = new SecureRandom();

  /** {@code earlyMuxer}: whether to list muxers in the handshake, which saves a round trip. */
  public Upgrader(PrivateKey identity, boolean earlyMuxer) {
    this.credentials = NoiseHandshake.Credentials.of(identity, earlyMuxer ? MUXERS : List.of(), random);
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
    if (MultistreamSelect.propose(bytes.input(), bytes.output(), SECURITY).isEmpty()) {
      throw new MalformedMessageException("the peer does not speak " + NoiseHandshake.PROTOCOL);
    }
    NoiseHandshake.Result result = NoiseHandshake.start(bytes, credentials, random).initiate(expected);
    ChannelBytes channel = new ChannelBytes(result.channel());
    if (!muxerAgreed(result.remote().muxers())
        && MultistreamSelect.propose(channel.input(), channel.output(), MUXERS).isEmpty()) {
      throw new MalformedMessageException("the peer does not speak " + YamuxFrame.PROTOCOL);
    }
    return new Upgraded(result.channel(), result.remote().key(), true, channel.surplus());
  }

  /** The listener's part. */
  public Upgraded respond(RawConnection raw) throws IOException, MalformedMessageException {
    RawBytes bytes = new RawBytes(raw);
    MultistreamSelect.answer(bytes.input(), bytes.output(), SECURITY::contains, SECURITY);
    NoiseHandshake.Result result = NoiseHandshake.start(bytes, credentials, random).respond();
    ChannelBytes channel = new ChannelBytes(result.channel());
    if (!muxerAgreed(result.remote().muxers())) {
      MultistreamSelect.answer(channel.input(), channel.output(), MUXERS::contains, MUXERS);
    }
    return new Upgraded(result.channel(), result.remote().key(), false, channel.surplus());
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
