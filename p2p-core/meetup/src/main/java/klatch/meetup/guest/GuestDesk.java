package klatch.meetup.guest;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.EntryDraft;
import klatch.log.IngestResult;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.meetup.Access;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.KeyMoved;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.MeetupMessage;
import klatch.meetup.MemberProfile;
import klatch.meetup.MessageCodec;
import klatch.meetup.Outcome;
import klatch.meetup.checkin.Answer;
import klatch.meetup.checkin.CheckIn;
import klatch.meetup.checkin.CheckInReply;
import klatch.meetup.checkin.DoorCode;

/**
 * Serves people who have a key and no node, for one event: it writes down what they wish, they sign it, and it becomes an
 * entry of their own log or an answer at the door. A guest has one draft at a time, so that two clicks never make two
 * entries of one place.
 *
 * <p>Safe for any number of threads. Methods block, and throw {@link klatch.log.StoreException} when the store cannot be
 * reached; then nothing has happened.
 */
public final class GuestDesk {
  /** A page signs at once; a phone may lose the network for a moment. */
  public static final Duration DRAFT_LIFE = Duration.ofMinutes(2);
  /** Keys cost nothing: no more of them than people fit into the largest room. */
  static final int MOST_GUESTS = 1_000;
  /** Entries that one guest's key can have written here: a change of mind now and then. */
  static final int MOST_ENTRIES = 50;

  private final LogStore store;
  private final Meetup meetup;
  private final CheckIn checkIn;
  private final EventId event;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  /** Guarded by this object. */
  private final Map<DeviceId, Open> open = new HashMap<>();

  /** What a guest is about to sign. */
  private sealed interface Draft {
    byte[] toSign();
  }

  private record OfEntry(EntryDraft entry) implements Draft {
    @Override
    public byte[] toSign() {
      return entry.signedMessage();
    }
  }

  private record OfAnswer(DoorCode code, DeviceId guest, ByteString nonce) implements Draft {
    @Override
    public byte[] toSign() {
      return Answer.signedBytes(code, guest, nonce);
    }
  }

  private record Open(GuestWish wish, Draft draft, long untilMillis) {}

  private static final class RefusedWish extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    RefusedWish(String code, String message) {
      super(message);
      this.code = code;
    }
  }

  /**
   * @param checkIn of this node, which must be a door of the event for guests to come in
   */
  public GuestDesk(LogStore store, Meetup meetup, CheckIn checkIn, EventId event, InstantSource clock) {
    this.store = store;
    this.meetup = meetup;
    this.checkIn = checkIn;
    this.event = event;
    this.clock = clock;
  }

  public EventId event() {
    return event;
  }

  /** Writes down what a guest wishes; the same wish again gives the same bytes as long as they stand. */
  public synchronized GuestReply wish(DeviceId guest, GuestWish wish) {
    long now = clock.millis();
    open.values().removeIf(draft -> draft.untilMillis() <= now);
    Open standing = open.get(guest);
    if (standing != null && standing.wish().equals(wish)) {
      return new GuestReply.ToSign(ByteString.of(standing.draft().toSign()));
    }
    try {
      if (open.size() >= MOST_GUESTS) {
        throw new RefusedWish("busy", "too many people at once: try again in a minute");
      }
      Draft draft = drafted(guest, wish, now);
      open.put(guest, new Open(wish, draft, now + DRAFT_LIFE.toMillis()));
      return new GuestReply.ToSign(ByteString.of(draft.toSign()));
    } catch (RefusedWish e) {
      return new GuestReply.Refused(e.code, String.valueOf(e.getMessage()));
    }
  }

  private Draft drafted(DeviceId guest, GuestWish wish, long now) throws RefusedWish {
    MeetupEvent known = meetup.event(event)
        .orElseThrow(() -> new RefusedWish("unknown-event", "this event is not known here yet"));
    if (guest.equals(meetup.self())) {
      throw new RefusedWish("host-key", "this is the host's own key");
    }
    return switch (wish) {
      case GuestWish.Move _ -> moving(known, guest, now);
      case GuestWish.Name(var nickname) -> entry(known, guest, named(nickname), now);
      case GuestWish.Seat(int guests, var answers) ->
        entry(known, guest, granted(meetup.pledgeFor(guest, event, guests, answers)), now);
      case GuestWish.GiveBack _ -> entry(known, guest, granted(meetup.withdrawalFor(guest, event)), now);
      case GuestWish.ComeIn(var frame) -> answer(known, guest, frame);
      case GuestWish.Statement(var type, var payload) -> entry(known, guest, type, payload.bytes(), now);
    };
  }

  private OfEntry moving(MeetupEvent known, DeviceId guest, long now) throws RefusedWish {
    if (!store.heights(known.group()).containsKey(guest)) {
      throw new RefusedWish("nothing-to-move", "you have said nothing here yet: a node makes a key of its own");
    }
    if (meetup.group(known.group()).filter(group -> group.access() == Access.PUBLIC).isEmpty()) {
      throw new RefusedWish("private-group", "a key of a private group stays here: ask the host for an invite");
    }
    return entry(known, guest, new KeyMoved(), now);
  }

  private OfEntry entry(MeetupEvent known, DeviceId guest, MeetupMessage message, long now) throws RefusedWish {
    return entry(known, guest, MessageCodec.type(message), MessageCodec.encode(message), now);
  }

  private OfEntry entry(MeetupEvent known, DeviceId guest, String type, byte[] payload, long now) throws RefusedWish {
    if (meetup.people().lastAsGuest(guest).isPresent()) {
      throw new RefusedWish("key-moved", "this key has gone to a node of its own: say it there");
    }
    EntryDraft draft = EntryDraft.next(store, new LogId(guest, known.group()), type, payload, now);
    if (draft.sequence() == 1 && store.heights(known.group()).size() >= MOST_GUESTS) {
      throw new RefusedWish("group-full",
          "this group has " + MOST_GUESTS + " members; the host has to let you in by an invite");
    }
    if (draft.sequence() > MOST_ENTRIES) {
      throw new RefusedWish("too-often", "you have changed your mind too often here; talk to the host");
    }
    return new OfEntry(draft);
  }

  private static MemberProfile named(String nickname) throws RefusedWish {
    try {
      return new MemberProfile(nickname);
    } catch (IllegalArgumentException e) {
      throw new RefusedWish("nickname", String.valueOf(e.getMessage()));
    }
  }

  private static <T> T granted(Outcome<T> outcome) throws RefusedWish {
    return switch (outcome) {
      case Outcome.Done<T>(T value) -> value;
      case Outcome.Refused<T>(var refusal, var message) -> throw new RefusedWish(refusal.code(), message);
    };
  }

  private OfAnswer answer(MeetupEvent known, DeviceId guest, String frame) throws RefusedWish {
    DoorCode code;
    try {
      code = DoorCode.parse(frame);
    } catch (MalformedMessageException e) {
      throw new RefusedWish("malformed", String.valueOf(e.getMessage()));
    }
    if (!code.event().equals(known.id())) {
      throw new RefusedWish("foreign-event", "this code is for another event");
    }
    if (!code.door().equals(meetup.self())) {
      throw new RefusedWish("foreign-door",
          "this code is of another door: scan the one of the host whose page this is");
    }
    byte[] nonce = new byte[Encounter.NONCE_BYTES];
    random.nextBytes(nonce);
    return new OfAnswer(code, guest, ByteString.of(nonce));
  }

  /** Takes the signature under what was written down last. */
  public synchronized GuestReply signed(DeviceId guest, ByteString signature) {
    Open standing = open.remove(guest);
    if (standing == null || standing.untilMillis() <= clock.millis()) {
      return new GuestReply.Refused("too-slow", "this took too long: try again");
    }
    try {
      return switch (standing.draft()) {
        case OfEntry(var draft) -> stored(draft, signature);
        case OfAnswer(var code, _, var nonce) -> atTheDoor(
            new Answer(code, guest, nonce, Encounter.epochAt(clock.millis()), signature));
      };
    } catch (MalformedMessageException | IllegalArgumentException e) {
      return new GuestReply.Refused("signature", String.valueOf(e.getMessage()));
    }
  }

  /** Never two entries of one place: whoever signs in two windows would be frozen out as one who forks their log. */
  private GuestReply stored(EntryDraft draft, ByteString signature) throws MalformedMessageException {
    var height = store.heights(draft.log().topic()).get(draft.log().device());
    if ((height == null ? 0 : height.sequence()) + 1 != draft.sequence()) {
      return new GuestReply.Refused("overtaken", "you have done something else meanwhile: try again");
    }
    return switch (store.ingest(List.of(draft.signed(signature.bytes()))).getFirst()) {
      case IngestResult.Stored _,IngestResult.Duplicate _ -> new GuestReply.Done();
      case IngestResult.Rejected(var rejection) -> new GuestReply.Refused("signature", rejection.message());
      case IngestResult.Gap _,IngestResult.Forked _ ->
        new GuestReply.Refused("overtaken", "your earlier entries have not reached this node yet: try again");
    };
  }

  private GuestReply atTheDoor(Answer answer) {
    return switch (checkIn.answer(answer)) {
      case CheckInReply.CheckedIn _,CheckInReply.AlreadyCheckedIn _ -> new GuestReply.Done();
      case CheckInReply.Refused(var refusal, var message) -> new GuestReply.Refused(refusal.code(), message);
    };
  }
}
