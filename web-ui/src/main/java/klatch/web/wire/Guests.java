package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a guest without a node is told and asks, on the listener of one event; and how its host opens that. */
public final class Guests {
  private Guests() {}

  /**
   * {@code POST} to an event's {@code guests}.
   *
   * @param listen {@code HOST:PORT}; absent for every address of this machine, port 8480
   */
  public record Open(@Nullable String listen) {}

  /**
   * {@code GET} and {@code POST} to an event's {@code guests}.
   *
   * @param urls where guests find their page; empty while it is closed
   */
  public record Opened(String event, List<String> urls) {}

  /**
   * {@code GET /event} on the guests' listener.
   *
   * @param organiser  as the organiser is called in the group
   * @param host       whose event it is, 64 hex digits
   * @param cover      name of the picture that the event is shown with
   * @param face       name of the organiser's picture
   * @param mostGuests who may come along with one RSVP
   */
  public record Event(String title, String description, String place, String zone, long startsAtMillis,
      long endsAtMillis, @Nullable String organiser, int capacity, int taken, boolean cancelled, int mostGuests,
      List<String> questions, Events.@Nullable Terms terms, long checkInOpensAtMillis, long checkInClosesAtMillis,
      long nowMillis, String host, @Nullable String cover, @Nullable String face) {}

  /**
   * {@code GET /me/{person}} on the guests' listener.
   *
   * @param seat  as in {@link Events.Person}; absent without an RSVP
   * @param place where it is, if that is told only to those with a seat and the guest has one
   * @param offer what to pay, while it can be paid
   * @param payout their part of what others have forfeited, once it is due
   * @param moved  where their key has gone away from the page; absent while it has not
   */
  public record Me(@Nullable String nickname, @Nullable String seat, boolean present, @Nullable String place,
      Events.@Nullable Deposit deposit, @Nullable Offer offer, @Nullable Payout payout, @Nullable Moved moved) {}

  /**
   * What a node has to read before it writes with a guest's key.
   *
   * @param group    whose log it is
   * @param sequence of the entry with which the page ended the guest's log
   * @param entry    its id
   * @param invite   by which peers are found that have it
   */
  public record Moved(String group, long sequence, String entry, String invite) {}

  /**
   * {@code POST /guest-key} to a node that has said nothing yet.
   *
   * @param text       what the guests' page has given
   * @param passphrase if it is guarded by one
   */
  public record Bring(@Nullable String text, @Nullable String passphrase) {}

  /**
   * The node starts again with this key.
   *
   * @param code with which a page gets in afterwards, once
   */
  public record Brought(String person, @Nullable String nickname, String code) {}

  /**
   * @param round 1 for their share, more for what was left over
   * @param state claimable, claimed, paid or unclaimed
   */
  public record Payout(int round, String state, long amountMsat, long closesAtMillis) {}

  /** A hold invoice for any wallet. */
  public record Offer(String bolt11, long amountMsat, long expiresAtMillis, long lockClosesAtMillis) {}

  /**
   * {@code POST /wish} on the guests' listener.
   *
   * @param person   the guest's public key, 64 hex digits
   * @param wish     name, seat, back, in, claim or move
   * @param nickname for name
   * @param guests   for seat: who come along
   * @param answers  for seat: one for each question
   * @param frame    for in: what the camera read at the door
   * @param to       for claim: an invoice for exactly the payout, or a Lightning address
   */
  public record Wish(@Nullable String person, @Nullable String wish, @Nullable String nickname,
      @Nullable Integer guests, @Nullable List<String> answers, @Nullable String frame,
      @Nullable String to) {}

  /** @param bytes what to sign by Ed25519, in hex */
  public record ToSign(String bytes) {}

  /**
   * {@code POST /signed} on the guests' listener.
   *
   * @param signature 128 hex digits
   */
  public record Signed(@Nullable String person, @Nullable String signature) {}

  public record Done(boolean done) {}
}
