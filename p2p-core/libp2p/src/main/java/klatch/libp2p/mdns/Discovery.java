package klatch.libp2p.mdns;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.mdns.DnsMessage.Resource;
import klatch.libp2p.protocol.PeerAddresses;

/** What is asked, answered and understood, without a network. Immutable but for its random name, which is drawn once. */
final class Discovery {
  private static final String META_SERVICE = "_services._dns-sd._udp.local";
  private static final String DNSADDR = "dnsaddr=";
  /** Our name says nothing of us; the specification wants 32 to 63 characters. */
  private static final int NAME_LENGTH = 32;
  private static final String NAME_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  /** How long others may remember an answer. */
  private static final int TTL_SECONDS = 120;
  private static final int MAX_STRING_BYTES = 255;
  /** Addresses told, so that an answer stays within one Ethernet packet or a few. */
  private static final int ADDRESSES_TOLD = 16;
  /** Peers taken from one packet. */
  private static final int MAX_PEERS = 32;

  private final PeerId self;
  private final MdnsOptions options;
  private final String name;

  Discovery(PeerId self, MdnsOptions options, SecureRandom random) {
    this.self = self;
    this.options = options;
    StringBuilder drawn = new StringBuilder();
    for (int i = 0; i < NAME_LENGTH; i++) {
      drawn.append(NAME_LETTERS.charAt(random.nextInt(NAME_LETTERS.length())));
    }
    this.name = drawn + "." + options.service();
  }

  byte[] query() {
    return DnsMessage.query(options.service(), DnsMessage.PTR).encode();
  }

  /**
   * What of ours was asked for.
   *
   * @param peers who is there
   * @param services which services there are, asked by tools for administrators
   * @param us the addresses under our name
   */
  record Asked(boolean peers, boolean services, boolean us) {
    static final Asked NOTHING = new Asked(false, false, false);

    Asked and(Asked other) {
      return new Asked(peers || other.peers, services || other.services, us || other.us);
    }
  }

  Asked asked(DnsMessage query) {
    Asked asked = Asked.NOTHING;
    if (!query.response()) {
      for (DnsMessage.Question question : query.questions()) {
        boolean pointer = question.type() == DnsMessage.PTR || question.type() == DnsMessage.ANY;
        boolean text = question.type() == DnsMessage.TXT || question.type() == DnsMessage.ANY;
        asked = asked.and(new Asked(pointer && question.name().equals(options.service()),
            pointer && question.name().equals(META_SERVICE), text && question.name().equals(name)));
      }
    }
    return asked;
  }

  /** Our answer; empty if nothing of ours was asked for, or there is nothing to tell. */
  Optional<byte[]> answer(Asked asked, List<Multiaddr> ownAddresses) {
    List<Resource> addresses = addresses(ownAddresses);
    List<Resource> answers = new ArrayList<>();
    if (asked.services()) {
      answers.add(new Resource.Pointer(META_SERVICE, TTL_SECONDS, options.service()));
    }
    boolean peers = asked.peers() && !addresses.isEmpty();
    if (peers) {
      answers.add(new Resource.Pointer(options.service(), TTL_SECONDS, name));
    } else if (asked.us()) {
      answers.addAll(addresses);
    }
    if (answers.isEmpty()) {
      return Optional.empty();
    }
    // Where the specification has them; go, js and rust all look there.
    return Optional.of(new DnsMessage(0, true, List.of(), answers, peers ? addresses : List.of()).encode());
  }

  private List<Resource> addresses(List<Multiaddr> ownAddresses) {
    List<Resource> records = new ArrayList<>();
    for (Multiaddr address : ownAddresses) {
      Multiaddr full = address.peer().isPresent() ? address : address.withPeer(self);
      String text = DNSADDR + full;
      if (options.tells(full) && text.getBytes(StandardCharsets.UTF_8).length <= MAX_STRING_BYTES
          && records.size() < ADDRESSES_TOLD) {
        records.add(new Resource.Text(name, TTL_SECONDS, List.of(text)));
      }
    }
    return records;
  }

  /** The peers that an answer tells of, without ourselves. Whatever in it cannot be read is left out. */
  List<PeerAddresses> found(DnsMessage answer) {
    if (!answer.response()) {
      return List.of();
    }
    List<Resource> resources = new ArrayList<>(answer.answers());
    resources.addAll(answer.additionals());
    Set<String> names = new LinkedHashSet<>();
    for (Resource resource : resources) {
      if (resource instanceof Resource.Pointer(String service, _, String target)
          && service.equals(options.service())) {
        names.add(target);
      }
    }
    Map<PeerId, List<Multiaddr>> peers = new LinkedHashMap<>();
    for (Resource resource : resources) {
      if (resource instanceof Resource.Text(String owner, _, List<String> strings) && names.contains(owner)) {
        strings.forEach(string -> read(string, peers));
      }
    }
    List<PeerAddresses> found = new ArrayList<>();
    peers.forEach((peer, addresses) -> found.add(new PeerAddresses(peer, addresses)));
    return found;
  }

  private void read(String string, Map<PeerId, List<Multiaddr>> peers) {
    if (!string.startsWith(DNSADDR)) {
      return;
    }
    try {
      Multiaddr address = Multiaddr.parse(string.substring(DNSADDR.length()));
      Optional<PeerId> peer = address.peer();
      if (peer.isEmpty() || peer.get().equals(self)
          || (peers.size() >= MAX_PEERS && !peers.containsKey(peer.get()))) {
        return;
      }
      List<Multiaddr> addresses = peers.computeIfAbsent(peer.get(), p -> new ArrayList<>());
      if (addresses.size() < PeerAddresses.MAX_ADDRESSES) {
        addresses.add(address);
      }
    } catch (MalformedMessageException e) {
      // A neighbour speaks of something we do not know.
    }
  }
}
