package klatch.meetup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;

/**
 * Groups whose entries only those get whom a host has let in (docs/spec/private-groups.md). Safe for any number of threads,
 * as {@link Meetup} is.
 */
public final class PrivateGroups {
  /** A ticket is good for so many people unless its maker says otherwise: a room, not a town. */
  public static final int USES = 50;
  /** And for so long. */
  public static final Duration GOOD_FOR = Duration.ofDays(30);
  private static final byte[] SECRET_DOMAIN = "klatch-ticket-secret-1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TICKET_DOMAIN = "klatch-ticket-1".getBytes(StandardCharsets.US_ASCII);

  private final LiveView live;
  private final Pen pen;

  PrivateGroups(LiveView live, Pen pen) {
    this.live = live;
    this.pen = pen;
  }

  /** SHA-256("klatch-ticket-1" ‖ topic ‖ secret): what the log says of a secret. */
  public static ByteString ticket(TopicId topic, ByteString secret) {
    return ByteString.of(Sha256.of(TICKET_DOMAIN, topic.bytes(), secret.bytes()));
  }

  /**
   * Whether a peer may have what is said on a topic: members of a private group, and everybody otherwise. Empty as long as
   * the founding of a group is not here, or there is none on this topic.
   */
  public Optional<Boolean> mayRead(DeviceId peer, TopicId topic) {
    return live.read(view -> view.group(topic).map(group -> group.access() == Access.PUBLIC
        || view.members(topic).all().contains(peer)));
  }

  /** Whether the group is here and was founded for everybody. */
  public boolean isPublic(TopicId topic) {
    return live.read(view -> view.group(topic).filter(group -> group.access() == Access.PUBLIC).isPresent());
  }

  /** Those who are in, hosts included; nobody, where anybody may be. */
  public Set<DeviceId> members(TopicId topic) {
    return live.read(view -> isPrivate(view, topic) ? Set.copyOf(view.members(topic).all()) : Set.of());
  }

  private static boolean isPrivate(MeetupView view, TopicId topic) {
    return view.group(topic).filter(group -> group.access() == Access.INVITED).isPresent();
  }

  /**
   * The secret that lets people in, for this device's invites: that of its newest ticket, or of a new one if that lets
   * nobody in any more or {@code fresh} is wanted. Secrets are made of the device's key, so none has to be kept.
   */
  public Outcome<ByteString> invite(TopicId topic, boolean fresh, int uses, Duration goodFor) {
    return live.exclusively(() -> live.read(view -> {
      if (!isPrivate(view, topic)) {
        return Outcome.refused(Refusal.UNKNOWN_GROUP, "no private group " + topic + " is known here");
      }
      if (!view.mayHost(topic, pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER, "only hosts of a private group invite to it");
      }
      Members members = view.members(topic);
      long now = pen.clock().millis();
      int made = members.ticketsBy(pen.self());
      if (!fresh && members.good(pen.self(), now).isPresent()) {
        return Outcome.done(secret(topic, made));
      }
      ByteString secret = secret(topic, made + 1);
      pen.append(topic, new TicketMade(ticket(topic, secret), uses, now + goodFor.toMillis()));
      return Outcome.done(secret);
    }));
  }

  /** SHA-256("klatch-ticket-secret-1" ‖ seed ‖ topic ‖ number), the number in 8 bytes, big-endian. */
  private ByteString secret(TopicId topic, int number) {
    return ByteString.of(Sha256.of(SECRET_DOMAIN, pen.key().seed(), topic.bytes(),
        ByteBuffer.allocate(Long.BYTES).putLong(number).array()));
  }

  /**
   * Lets somebody in who shows a secret.
   *
   * @return whether they are in; for any other reason than that they are, the answer is the same
   */
  public boolean admit(TopicId topic, DeviceId person, ByteString secret) {
    return live.exclusively(() -> live.read(view -> {
      ByteString ticket = ticket(topic, secret);
      if (!isPrivate(view, topic) || !view.mayHost(topic, pen.self())) {
        return false;
      }
      Members members = view.members(topic);
      if (members.all().contains(person)) {
        return true;
      }
      if (!members.isGood(ticket, pen.clock().millis())) {
        return false;
      }
      pen.append(topic, new MemberAdmitted(person, ticket));
      return true;
    }));
  }

  /** Takes somebody out; what their node has it keeps. */
  public Outcome<EntryId> remove(TopicId topic, DeviceId person) {
    return live.exclusively(() -> live.read(view -> {
      Optional<Group> group = view.group(topic).filter(known -> known.access() == Access.INVITED);
      if (group.isEmpty()) {
        return Outcome.refused(Refusal.UNKNOWN_GROUP, "no private group " + topic + " is known here");
      }
      if (!group.get().founder().equals(pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER, "only " + group.get().founder() + " takes people out");
      }
      if (person.equals(pen.self()) || view.coHosts(topic).contains(person)) {
        return Outcome.refused(Refusal.ROLE, person + " is a host; a co-host's role is taken back first");
      }
      if (!view.members(topic).all().contains(person)) {
        return Outcome.refused(Refusal.ROLE, person + " is not in this group");
      }
      return Outcome.done(pen.append(topic, new MemberRemoved(person)).id());
    }));
  }
}
