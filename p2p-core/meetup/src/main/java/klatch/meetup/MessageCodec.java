package klatch.meetup;

import java.util.Map;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Cbor;

/** Messages as payloads of entries: a type that names message and version, and deterministic CBOR. */
public final class MessageCodec {
  /** What the payload types of this module start with. */
  public static final String PREFIX = "meetup/";

  private static final Map<String, Class<? extends Record>> CLASSES = Map.ofEntries(
      Map.entry(PREFIX + "group-created/1", GroupCreated.class),
      Map.entry(PREFIX + "co-host-granted/1", CoHostGranted.class),
      Map.entry(PREFIX + "co-host-revoked/1", CoHostRevoked.class),
      Map.entry(PREFIX + "doors-added/1", DoorsAdded.class),
      Map.entry(PREFIX + "cover-set/1", CoverSet.class),
      Map.entry(PREFIX + "place-sealed/1", PlaceSealed.class),
      Map.entry(PREFIX + "seats-delegated/1", SeatsDelegated.class),
      Map.entry(PREFIX + "seats-returned/1", SeatsReturned.class),
      Map.entry(PREFIX + "seats-reclaimed/1", SeatsReclaimed.class),
      Map.entry(PREFIX + "member-profile/1", MemberProfile.class),
      Map.entry(PREFIX + "key-moved/1", KeyMoved.class),
      Map.entry(PREFIX + "picture-added/1", PictureAdded.class),
      Map.entry(PREFIX + "groups-shown/1", GroupsShown.class),
      Map.entry(PREFIX + "ticket-made/1", TicketMade.class),
      Map.entry(PREFIX + "member-admitted/1", MemberAdmitted.class),
      Map.entry(PREFIX + "member-removed/1", MemberRemoved.class),
      Map.entry(PREFIX + "event-created/1", EventCreated.class),
      Map.entry(PREFIX + "event-edited/1", EventEdited.class),
      Map.entry(PREFIX + "event-cancelled/1", EventCancelled.class),
      Map.entry(PREFIX + "capacity-set/1", CapacitySet.class), Map.entry(PREFIX + "pledged/1", Pledged.class),
      Map.entry(PREFIX + "pledge-withdrawn/1", PledgeWithdrawn.class),
      Map.entry(PREFIX + "seat-decision/1", SeatDecision.class),
      Map.entry(PREFIX + "encounter/1", SignedEncounter.class),
      Map.entry(PREFIX + "checked-in-by-hand/1", CheckedInByHand.class),
      Map.entry(PREFIX + "check-in-undone/1", CheckInUndone.class));

  private MessageCodec() {}

  /** @return whether this version reads payloads of this type; others are somebody else's or of a later version */
  public static boolean isMeetup(String payloadType) {
    return CLASSES.containsKey(payloadType);
  }

  public static String type(MeetupMessage message) {
    return PREFIX + switch (message) {
      case GroupCreated _ -> "group-created/1";
      case CoHostGranted _ -> "co-host-granted/1";
      case CoHostRevoked _ -> "co-host-revoked/1";
      case DoorsAdded _ -> "doors-added/1";
      case CoverSet _ -> "cover-set/1";
      case PlaceSealed _ -> "place-sealed/1";
      case SeatsDelegated _ -> "seats-delegated/1";
      case SeatsReturned _ -> "seats-returned/1";
      case SeatsReclaimed _ -> "seats-reclaimed/1";
      case MemberProfile _ -> "member-profile/1";
      case KeyMoved _ -> "key-moved/1";
      case PictureAdded _ -> "picture-added/1";
      case GroupsShown _ -> "groups-shown/1";
      case TicketMade _ -> "ticket-made/1";
      case MemberAdmitted _ -> "member-admitted/1";
      case MemberRemoved _ -> "member-removed/1";
      case EventCreated _ -> "event-created/1";
      case EventEdited _ -> "event-edited/1";
      case EventCancelled _ -> "event-cancelled/1";
      case CapacitySet _ -> "capacity-set/1";
      case Pledged _ -> "pledged/1";
      case PledgeWithdrawn _ -> "pledge-withdrawn/1";
      case SeatDecision _ -> "seat-decision/1";
      case SignedEncounter _ -> "encounter/1";
      case CheckedInByHand _ -> "checked-in-by-hand/1";
      case CheckInUndone _ -> "check-in-undone/1";
    };
  }

  public static byte[] encode(MeetupMessage message) {
    return Cbor.encode((Record) message);
  }

  /**
   * @throws MalformedMessageException when the bytes are not the one encoding of a message within its bounds
   * @throws IllegalArgumentException when {@link #isMeetup} denies the type
   */
  public static MeetupMessage decode(String payloadType, byte[] payload) throws MalformedMessageException {
    Class<? extends Record> type = CLASSES.get(payloadType);
    if (type == null) {
      throw new IllegalArgumentException("not a payload type of this module: " + payloadType);
    }
    return (MeetupMessage) Cbor.decode(payload, type);
  }
}
