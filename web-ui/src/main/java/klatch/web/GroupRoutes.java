package klatch.web;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import klatch.commitments.DepositTerms;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.Access;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import klatch.meetup.Group;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.PrivateGroups;
import klatch.meetup.Seat;
import klatch.web.wire.Groups;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/** The routes about groups and how this person is called in them. */
record GroupRoutes(Meetup meetup, Host host, NodeControl node, Knocking knocking, InstantSource clock) {

  void addTo(Routes routes) {
    routes.get("/groups", _ -> new Groups.GroupList(meetup.groups().stream()
        .filter(group -> !node.notes().leftAlone(group.topic())).map(this::shown).toList()));
    routes.post("/groups", this::create);
    routes.post("/groups/join", this::join);
    routes.get("/groups/{id}/invite", call -> invite(group(call.path("id")), null));
    routes.post("/groups/{id}/invite", this::renew);
    routes.post("/groups/{id}/members/remove", this::remove);
    routes.get("/events/{id}/invite", this::inviteToEvent);
    routes.post("/groups/{id}/co-hosts", this::grant);
    routes.post("/groups/{id}/co-hosts/revoke", this::revoke);
    routes.post("/groups/{id}/join", this::joinKnown);
    routes.post("/groups/{id}/leave", this::leave);
  }

  private Groups.Group create(Call call) {
    var request = call.read(Groups.Create.class);
    var description = request.description() == null ? "" : request.description();
    var topic = meetup.createGroup(Call.required(request.name(), "name"), description,
        PeopleRoutes.tags(request.tags()), Boolean.TRUE.equals(request.invitedOnly()) ? Access.INVITED : Access.PUBLIC);
    if (meetup.people().own().isPresent()) {
      introduce(topic);
    }
    if (!Boolean.TRUE.equals(request.invitedOnly())) {
      meetup.people().show(topic);
    }
    return shown(meetup.group(topic).orElseThrow());
  }

  private Groups.Joined join(Call call) {
    var invite = read(Call.required(call.read(Groups.Join.class).invite(), "invite"));
    node.notes().comeBack(invite.group());
    if (invite.secret() != null) {
      // Before anything is said on the topic: from now on only founder and inviter hear of it.
      node.notes().take(invite.group(), new Notes.Invited(invite.founder().toString(), invite.inviter().toString(),
          invite.secret().toString()));
      node.want(invite.group());
    }
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
      introduce(invite.group());
    }
    if (invite.secret() != null) {
      knocking.knock(invite.group());
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

  /** Joins a group that is here already: one that somebody shows whom this person follows. */
  private Groups.Group joinKnown(Call call) {
    var group = group(call.path("id"));
    node.notes().comeBack(group.topic());
    node.want(group.topic());
    introduce(group.topic());
    return shown(group);
  }

  /** Only this node forgets it: what its person has signed there stays with the others. */
  private Groups.Left leave(Call call) {
    var group = group(call.path("id"));
    if (group.founder().equals(meetup.self())) {
      throw new PublicException(PublicCode.REFUSED, "you founded this group: others come to your node for it",
          "leave-own");
    }
    meetup.events().stream().filter(event -> event.group().equals(group.topic())).filter(this::concerned).findFirst()
        .ifPresent(event -> {
          throw new PublicException(PublicCode.REFUSED, "you are part of '" + event.details().title()
              + "', which is not over: give your seat back first, or call the event off", "leave-event");
        });
    node.notes().leave(group.topic());
    return new Groups.Left(group.topic().toString());
  }

  /** Whether something may still happen to this person's seat, money or guests. */
  private boolean concerned(MeetupEvent event) {
    long over = DepositTerms.of(event).map(terms -> terms.clock().payoutsCloseAtMillis() + terms.claimWindowMillis())
        .orElse(event.times().endsAtMillis());
    boolean asks = meetup.seats(event.id()).of(meetup.self())
        .filter(seat -> seat.status() != Seat.Status.WITHDRAWN && seat.status() != Seat.Status.DECLINED).isPresent();
    boolean calledOff = event.cancelled() && DepositTerms.of(event).isEmpty();
    return clock.millis() < over && !calledOff && (asks || event.host().equals(meetup.self()));
  }

  /** Until the person chooses a name, others see one made of their key. */
  private void introduce(TopicId group) {
    meetup.people().introduce(group, "guest-" + meetup.self().toString().substring(0, 6));
  }

  private Groups.Invite inviteToEvent(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    return invite(meetup.group(event.group()).orElseThrow(), event.id());
  }

  private Groups.Invite invite(Group group, @Nullable EventId event) {
    return new Groups.Invite(group.topic().toString(),
        new InviteCode(group.topic(), group.founder(), meetup.self(), event, secret(group), addresses(host)).text(),
        event == null ? null : event.toString());
  }

  /** Where this node is reached, as an invite says it. */
  static List<Multiaddr> addresses(Host host) {
    return host.listenAddresses().stream().filter(Multiaddr::isTcp).limit(InviteCode.MAX_ADDRESSES).toList();
  }

  /** What the invite has to carry so that whoever has it is let in. */
  private @Nullable ByteString secret(Group group) {
    return group.access() == Access.PUBLIC
        ? null
        : meetup.privateGroups().invite(group.topic(), false, PrivateGroups.USES, PrivateGroups.GOOD_FOR).orThrow();
  }

  /** A new invite to a private group; those that this person has handed out before let nobody in any more. */
  private Groups.Invite renew(Call call) {
    var group = group(call.path("id"));
    var request = call.read(Groups.Renew.class);
    meetup.privateGroups().invite(group.topic(), true, request.uses() == null ? PrivateGroups.USES : request.uses(),
        request.days() == null ? PrivateGroups.GOOD_FOR : Duration.ofDays(request.days())).orThrow();
    return invite(group, null);
  }

  private Groups.Group remove(Call call) {
    var group = group(call.path("id"));
    meetup.privateGroups().remove(group.topic(), person(call.read(Groups.Remove.class).person())).orThrow();
    return shown(group);
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

  Groups.Group shown(Group group) {
    var profiles = meetup.people().profiles(group.topic());
    var members = profiles.entrySet().stream().map(member -> new Groups.Member(member.getKey().toString(),
        member.getValue().nickname(), node.notes().petname(member.getKey()).orElse(null),
        PeopleRoutes.picture(member.getValue()).orElse(null))).toList();
    boolean yours = group.founder().equals(meetup.self());
    boolean invitedOnly = group.access() == Access.INVITED;
    long events = meetup.events().stream().filter(event -> event.group().equals(group.topic())).count();
    return new Groups.Group(group.topic().toString(), group.name(), group.description(), group.founder().toString(),
        yours, List.copyOf(members), (int) events, texts(group), meetup.hosting().mayHost(group.topic()), group.tags(),
        yours || profiles.containsKey(meetup.self()), invitedOnly, invitedOnly
            ? meetup.privateGroups().members(group.topic()).stream().map(DeviceId::toString).sorted().toList()
            : null);
  }
}
