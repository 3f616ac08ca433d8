package klatch.meetup.guest;

import klatch.meetup.ByteString;

/** What a guest hears. */
public sealed interface GuestReply {
  /** To be signed by the guest's key, and brought back within {@link GuestDesk#DRAFT_LIFE}. */
  record ToSign(ByteString bytes) implements GuestReply {}

  /** It is done and durable. */
  record Done() implements GuestReply {}

  /**
   * Nothing was written.
   *
   * @param code    names it for pages that say it in another language, such as {@code too-slow}
   * @param message for a person, with what is the case
   */
  record Refused(String code, String message) implements GuestReply {}
}
