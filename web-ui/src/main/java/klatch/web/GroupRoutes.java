package klatch.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.EventId;
import klatch.meetup.Group;
import klatch.meetup.Meetup;
import klatch.web.wire.Groups;
import org.jspecify.annotations.Nullable;

/** The routes about groups and how this person is called in them. */
record GroupRoutes(Meetup meetup, Host host, NodeControl node) {

  void addTo(Routes routes) {
    routes.get("/groups", _ -> new Groups.GroupList(meetup.groups().stream().map(this::shown).toList()));
    routes.post("/groups", this::create);
    routes.post("/groups/join", this::join);
    routes.get("/groups/{id}/invite", call -> invite(group(call.path("id")), null));
    routes.get("/events/{id}/invite", this::inviteToEvent);
    routes.post("/groups/{id}/co-hosts", this::grant);
    routes.post("/groups/{id}/co-hosts/revoke", this::revoke);
    routes.post("/profile", this::rename);
  }

  private Groups.Group create(Call call) {
    var request = call.read(Groups.Create.class);
    var description = request.description() == null ? "" : request.description();
    var topic = meetup.createGroup(Call.required(request.name(), "name"), description);
    node.nickname().ifPresent(nickname -> meetup.setProfile(topic, nickname));
    return shown(meetup.group(topic).orElseThrow());
  }

  private Groups.Joined join(Call call) {
    var invite = read(Call.required(call.read(Groups.Join.class).invite(), "invite"));
    var connected = new ArrayList<String>();
    var warnings = new ArrayList<String>();
    for (var address : invite.addresses()) {
      if (address.peer().map(PeerId::toString).filter(connected::contains).isPresent()) {
        continue; // One connection to a peer is enough.
      }
      try {
        connected.add(node.keep(address).remotePeer().toString());
      } catch (Libp2pException e) {
        warnings.add(address + ": " + e.getMessage());
      }
    }
    if (!meetup.nicknames(invite.group()).containsKey(meetup.self())) {
      meetup.joinGroup(invite.group(), nickname());
    }
    return new Groups.Joined(invite.group().toString(), connected.stream().distinct().toList(), warnings,
        invite.inviter().toString(), invite.event() == null ? null : invite.event().toString());
  }

  private static InviteCode read(String text) {
    try {
      return InviteCode.parse(text);
    } catch (MalformedMessageException e) {
      throw PublicException.invalid(String.valueOf(e.getMessage()));
    }
  }

  /** What others see until the person chooses a name. */
  private String nickname() {
    return node.nickname().orElseGet(() -> "guest-" + meetup.self().toString().substring(0, 6));
  }

  private Groups.Invite inviteToEvent(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    return invite(meetup.group(event.group()).orElseThrow(), event.id());
  }

  private Groups.Invite invite(Group group, @Nullable EventId event) {
    var addresses = host.listenAddresses().stream().filter(Multiaddr::isTcp).limit(InviteCode.MAX_ADDRESSES).toList();
    return new Groups.Invite(group.topic().toString(),
        new InviteCode(group.topic(), group.founder(), meetup.self(), event, addresses).text(),
        event == null ? null : event.toString());
  }

  private Groups.CoHosts grant(Call call) {
    var group = group(call.path("id"));
    meetup.hosting().grant(group.topic(), person(call.read(Groups.CoHost.class).person())).orThrow();
    return coHosts(group);
  }

  private Groups.CoHosts revoke(Call call) {
    var group = group(call.path("id"));
    meetup.hosting().revoke(group.topic(), person(call.read(Groups.CoHost.class).person())).orThrow();
    return coHosts(group);
  }

  private Groups.CoHosts coHosts(Group group) {
    return new Groups.CoHosts(group.topic().toString(), texts(group));
  }

  private List<String> texts(Group group) {
    return meetup.hosting().coHosts(group.topic()).stream().map(DeviceId::toString).toList();
  }

  /** A person named in a request. */
  static DeviceId person(@Nullable String id) {
    try {
      return DeviceId.parse(Call.required(id, "person"));
    } catch (IllegalArgumentException e) {
      throw PublicException.invalid("a person's id is 64 hex digits, not '" + Faults.cut(String.valueOf(id)) + "'");
    }
  }

  private Groups.Profile rename(Call call) {
    var nickname = Call.required(call.read(Groups.Profile.class).nickname(), "nickname").strip();
    var named = new klatch.meetup.MemberProfile(nickname).nickname();
    for (var group : meetup.groups()) {
      if (!Optional.ofNullable(meetup.nicknames(group.topic()).get(meetup.self())).equals(Optional.of(named))) {
        meetup.setProfile(group.topic(), named);
      }
    }
    node.rename(named);
    return new Groups.Profile(named);
  }

  private Group group(String id) {
    return meetup.group(topic(id)).orElseThrow(() -> PublicException.notFound("no group " + id + " is known here"));
  }

  static TopicId topic(String id) {
    try {
      return TopicId.parse(id);
    } catch (IllegalArgumentException e) {
      throw PublicException.invalid("a group's id is 64 hex digits, not '" + Faults.cut(id) + "'");
    }
  }

  private Groups.Group shown(Group group) {
    var members = meetup.nicknames(group.topic()).entrySet().stream()
        .map(member -> new Groups.Member(member.getKey().toString(), member.getValue())).toList();
    long events = meetup.events().stream().filter(event -> event.group().equals(group.topic())).count();
    return new Groups.Group(group.topic().toString(), group.name(), group.description(), group.founder().toString(),
        group.founder().equals(meetup.self()), List.copyOf(members), (int) events, texts(group),
        meetup.hosting().mayHost(group.topic()));
  }
}
