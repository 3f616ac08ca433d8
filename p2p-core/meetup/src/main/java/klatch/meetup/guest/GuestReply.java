package klatch.meetup.guest;

import klatch.meetup.ByteString;

/** What a guest hears. */
public sealed interface GuestReply {
  /** To be signed by the guest's key, and brought back within {@link GuestDesk#DRAFT_LIFE}. */
  record ToSign(ByteString bytes) implements GuestReply {}

  /** It is done and durable. */
  record Done() implements GuestReply {}

  /** Nothing was written. */
  record Refused(String reason) implements GuestReply {}
}
