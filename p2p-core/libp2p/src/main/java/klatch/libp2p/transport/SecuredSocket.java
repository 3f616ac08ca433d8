package klatch.libp2p.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.noise.NoiseChannel;
import klatch.libp2p.noise.NoiseHandshake;
import klatch.libp2p.yamux.YamuxFrame;

/** A TCP connection on which the peer has proven its key and yamux is agreed. */
public record SecuredSocket(NoiseChannel channel, PeerId remotePeer, Multiaddr remoteAddress, Multiaddr localAddress,
    boolean outbound) {
  public static final List<String> MUXERS = List.of(YamuxFrame.PROTOCOL);
  private static final List<String> SECURITY = List.of(NoiseHandshake.PROTOCOL);

  public static SecuredSocket dial(SocketChannel channel, NoiseHandshake.Credentials credentials, SecureRandom random,
      Optional<PeerId> expected)
      throws IOException, MalformedMessageException {
    SocketBytes socket = new SocketBytes(channel);
    if (MultistreamSelect.propose(socket.input(), socket.output(), SECURITY).isEmpty()) {
      throw new MalformedMessageException("the peer does not speak " + NoiseHandshake.PROTOCOL);
    }
    NoiseHandshake.Result result = NoiseHandshake.start(socket, credentials, random).initiate(expected);
    if (!muxerAgreed(result.remote().muxers())) {
      NoiseChannel noise = result.channel();
      if (MultistreamSelect.propose(noise.input(), noise.output(), MUXERS).isEmpty()) {
        throw new MalformedMessageException("the peer does not speak " + YamuxFrame.PROTOCOL);
      }
    }
    return of(channel, result, true);
  }

  public static SecuredSocket accept(SocketChannel channel, NoiseHandshake.Credentials credentials, SecureRandom random)
      throws IOException, MalformedMessageException {
    SocketBytes socket = new SocketBytes(channel);
    MultistreamSelect.answer(socket.input(), socket.output(), SECURITY::contains, SECURITY);
    NoiseHandshake.Result result = NoiseHandshake.start(socket, credentials, random).respond();
    if (!muxerAgreed(result.remote().muxers())) {
      NoiseChannel noise = result.channel();
      MultistreamSelect.answer(noise.input(), noise.output(), MUXERS::contains, MUXERS);
    }
    return of(channel, result, false);
  }

  /** With muxers listed by both sides the handshake has decided; a side that lists none negotiates as a second step. */
  private static boolean muxerAgreed(List<String> offered) throws MalformedMessageException {
    if (offered.isEmpty()) {
      return false;
    }
    if (offered.contains(YamuxFrame.PROTOCOL)) {
      return true;
    }
    throw new MalformedMessageException("the peer offers muxers " + offered + ", not " + YamuxFrame.PROTOCOL);
  }

  private static SecuredSocket of(SocketChannel channel, NoiseHandshake.Result result, boolean outbound)
      throws IOException {
    return new SecuredSocket(result.channel(), result.remote().peer(),
        Multiaddr.tcp((InetSocketAddress) channel.getRemoteAddress()),
        Multiaddr.tcp((InetSocketAddress) channel.getLocalAddress()), outbound);
  }
}
