package klatch.libp2p;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.wire.Varint;

/**
 * A self-describing network address such as {@code /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…} (libp2p addressing). Every component this class
 * does not know keeps the whole tail behind it as opaque bytes, so that one strange address never spoils a list.
 */
public final class Multiaddr {
  /** Longest binary form read from a peer. */
  public static final int MAX_BYTES = 1024;
  /** Longest text form read; text is up to three times as long as the bytes. */
  public static final int MAX_TEXT_LENGTH = 4096;

  /** One step of an address: a protocol and its value in binary, without a length in front. */
  public static final class Component {
    private final MultiaddrProtocol protocol;
    private final byte[] value;

    private Component(MultiaddrProtocol protocol, byte[] value) {
      this.protocol = protocol;
      this.value = value;
    }

    public MultiaddrProtocol protocol() {
      return protocol;
    }

    public byte[] value() {
      return value.clone();
    }

    /** The value as text; empty if the protocol has none. */
    public String text() {
      return protocol.sizeBytes() == 0 ? "" : protocol.toText(value);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Component that && protocol == that.protocol && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * protocol.hashCode() + Arrays.hashCode(value);
    }
  }

  private final List<Component> components;
  private final byte[] bytes;

  private Multiaddr(List<Component> components, byte[] opaqueTail) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Component component : components) {
      out.writeBytes(Varint.encode(component.protocol().code()));
      if (component.protocol().sizeBytes() == MultiaddrProtocol.VARIABLE) {
        out.writeBytes(Varint.encode(component.value.length));
      }
      out.writeBytes(component.value);
    }
    out.writeBytes(opaqueTail);
    this.components = List.copyOf(components);
    this.bytes = out.toByteArray();
  }

  /** Reads the text form. */
  public static Multiaddr parse(String text) throws MalformedMessageException {
    if (!text.startsWith("/") || text.length() > MAX_TEXT_LENGTH) {
      throw new MalformedMessageException(
          "multiaddr must start with '/' and have at most " + MAX_TEXT_LENGTH + " characters: " + shown(text));
    }
    String[] parts = (text.endsWith("/") ? text.substring(0, text.length() - 1) : text).split("/", -1);
    List<Component> components = new ArrayList<>();
    int i = 1;
    while (i < parts.length) {
      String name = parts[i++];
      MultiaddrProtocol protocol = MultiaddrProtocol.named(name)
          .orElseThrow(() -> new MalformedMessageException(
              "unknown protocol '" + shown(name) + "' in multiaddr " + shown(text)));
      String value = "";
      if (protocol.sizeBytes() != 0) {
        if (i >= parts.length) {
          throw new MalformedMessageException("no value behind /" + name + " in multiaddr " + shown(text));
        }
        value = protocol == MultiaddrProtocol.UNIX
            ? String.join("/", Arrays.copyOfRange(parts, i, parts.length))
            : parts[i];
        i = protocol == MultiaddrProtocol.UNIX ? parts.length : i + 1;
      }
      components.add(new Component(protocol, protocol.toBytes(value)));
    }
    if (components.isEmpty()) {
      throw new MalformedMessageException("empty multiaddr");
    }
    Multiaddr address = new Multiaddr(components, new byte[0]);
    if (address.bytes.length > MAX_BYTES) {
      throw new MalformedMessageException("multiaddr of " + address.bytes.length + " bytes, 1 to " + MAX_BYTES);
    }
    return address;
  }

  /** Reads the binary form. */
  public static Multiaddr fromBytes(byte[] bytes) throws MalformedMessageException {
    if (bytes.length == 0 || bytes.length > MAX_BYTES) {
      throw new MalformedMessageException("multiaddr of " + bytes.length + " bytes, 1 to " + MAX_BYTES);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    List<Component> components = new ArrayList<>();
    while (in.hasRemaining()) {
      int start = in.position();
      Optional<MultiaddrProtocol> protocol = MultiaddrProtocol.coded(Varint.read(in));
      if (protocol.isEmpty()) {
        return new Multiaddr(components, Arrays.copyOfRange(bytes, start, bytes.length));
      }
      components.add(new Component(protocol.get(), value(protocol.get(), in)));
      if (protocol.get() == MultiaddrProtocol.UNIX && in.hasRemaining()) {
        throw new MalformedMessageException("a path is the end of a multiaddr, " + in.remaining() + " bytes follow");
      }
    }
    return new Multiaddr(components, new byte[0]);
  }

  private static byte[] value(MultiaddrProtocol protocol, ByteBuffer in) throws MalformedMessageException {
    long size = protocol.sizeBytes() == MultiaddrProtocol.VARIABLE ? Varint.read(in) : protocol.sizeBytes();
    if (size > in.remaining()) {
      throw new MalformedMessageException(
          "/" + protocol.text() + " wants " + size + " bytes, " + in.remaining() + " left");
    }
    byte[] value = new byte[(int) size];
    in.get(value);
    protocol.check(value);
    return value;
  }

  /** {@code /ip4|ip6/…/tcp/…} of a socket address. */
  public static Multiaddr tcp(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    MultiaddrProtocol family = ip instanceof Inet6Address ? MultiaddrProtocol.IP6 : MultiaddrProtocol.IP4;
    byte[] port = {(byte) (address.getPort() >> 8), (byte) address.getPort()};
    return new Multiaddr(List.of(new Component(family, ip.getAddress()), new Component(MultiaddrProtocol.TCP, port)),
        new byte[0]);
  }

  /** This address with {@code /p2p/<peer>} at the end. */
  public Multiaddr withPeer(PeerId peer) {
    List<Component> longer = new ArrayList<>(components);
    longer.add(new Component(MultiaddrProtocol.P2P, peer.bytes()));
    return new Multiaddr(longer, new byte[0]);
  }

  /** This address without a {@code /p2p/…} at the end. */
  public Multiaddr withoutPeer() {
    boolean named = !components.isEmpty() && components.getLast().protocol() == MultiaddrProtocol.P2P;
    return named && components.size() > 1
        ? new Multiaddr(components.subList(0, components.size() - 1), new byte[0])
        : this;
  }

  /** The address of the first {@code count} components alone. */
  public Multiaddr first(int count) {
    return new Multiaddr(components.subList(0, count), new byte[0]);
  }

  /** Whether something is behind the components that could not be read. */
  public boolean hasOpaqueTail() {
    return toBytesOf(components) < bytes.length;
  }

  /** Whether the last component is {@code /p2p/<peer>}. */
  public boolean endsWithPeer(PeerId peer) {
    return !components.isEmpty() && components.getLast().protocol() == MultiaddrProtocol.P2P
        && Arrays.equals(components.getLast().value, peer.bytes());
  }

  /** Whether it leads through a relay (libp2p circuit-v2). */
  public boolean isCircuit() {
    return components.stream().anyMatch(component -> component.protocol() == MultiaddrProtocol.P2P_CIRCUIT);
  }

  public List<Component> components() {
    return components;
  }

  /** The peer at the end of this address, if it is named; behind {@code /p2p-circuit} that is the target and never the relay. */
  public Optional<PeerId> peer() {
    for (Component component : components.reversed()) {
      if (component.protocol() == MultiaddrProtocol.P2P_CIRCUIT) {
        return Optional.empty();
      }
      if (component.protocol() == MultiaddrProtocol.P2P) {
        try {
          return Optional.of(PeerId.fromBytes(component.value()));
        } catch (MalformedMessageException e) {
          throw new IllegalStateException("checked when this address was made", e);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether this is exactly an IP address or DNS name with a TCP port, and perhaps a peer: what a TCP host can dial. */
  public boolean isTcp() {
    List<Component> bare = withoutPeer().components;
    return toBytesOf(bare) == withoutPeer().bytes.length && bare.size() == 2
        && bare.get(1).protocol() == MultiaddrProtocol.TCP
        && switch (bare.getFirst().protocol()) {
          case IP4, IP6, DNS, DNS4, DNS6 -> true;
          default -> false;
        };
  }

  private static int toBytesOf(List<Component> components) {
    return new Multiaddr(components, new byte[0]).bytes.length;
  }

  /**
   * The socket address of an {@link #isTcp()} address. DNS names are looked up, so this may block.
   *
   * @throws UnknownHostException if the name has no address of the wanted family
   */
  public InetSocketAddress toSocketAddress() throws UnknownHostException {
    if (!isTcp()) {
      throw new IllegalArgumentException("not a TCP address: " + this);
    }
    Component host = components.getFirst();
    byte[] port = components.get(1).value;
    return new InetSocketAddress(resolve(host), (port[0] & 0xff) << 8 | (port[1] & 0xff));
  }

  private static InetAddress resolve(Component host) throws UnknownHostException {
    if (host.protocol() == MultiaddrProtocol.IP4 || host.protocol() == MultiaddrProtocol.IP6) {
      return InetAddress.getByAddress(host.value);
    }
    String name = host.protocol().toText(host.value);
    for (InetAddress address : InetAddress.getAllByName(name)) {
      boolean six = address instanceof Inet6Address;
      if (host.protocol() == MultiaddrProtocol.DNS || six == (host.protocol() == MultiaddrProtocol.DNS6)) {
        return address;
      }
    }
    throw new UnknownHostException(name + " has no address of the family wanted by /" + host.protocol().text());
  }

  /** The binary form. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Multiaddr that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The text form; an opaque tail is shown as its bytes in hexadecimal behind {@code /?}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Component component : components) {
      text.append('/').append(component.protocol().text());
      if (component.protocol().sizeBytes() != 0) {
        text.append('/').append(component.protocol().toText(component.value));
      }
    }
    int known = toBytesOf(components);
    if (known < bytes.length) {
      text.append("/?").append(java.util.HexFormat.of().formatHex(bytes, known, bytes.length));
    }
    return text.toString();
  }

  private static String shown(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }
}
