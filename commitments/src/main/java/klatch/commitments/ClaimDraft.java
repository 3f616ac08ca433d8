package klatch.commitments;

import klatch.meetup.ByteString;

/** What somebody whose key is elsewhere has to sign so that their payout is paid. */
public sealed interface ClaimDraft {
  /** The payload of the next entry of their log. */
  record Ready(String payloadType, ByteString payload) implements ClaimDraft {}

  /** @param reason with what is the case and what has to be */
  record Refused(String reason) implements ClaimDraft {}
}
