package klatch.web;

import java.io.IOException;
import java.time.Instant;
import java.util.regex.Pattern;
import klatch.commitments.LightningException;
import klatch.commitments.journal.CommitException;
import klatch.libp2p.Libp2pException;
import klatch.log.StoreException;
import klatch.meetup.Refusal;
import klatch.meetup.RefusedException;
import klatch.meetup.checkin.CheckInRefusal;
import klatch.meetup.checkin.CheckInReply;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where everything that can go wrong inside becomes one of the few public codes. */
final class Faults {
  private static final Logger log = LoggerFactory.getLogger(Faults.class);

  /** Enough of a strange value to recognise it. */
  private static final int SHOWN_CHARS = 80;

  private static final String MILLISECONDS = " (milliseconds since 1970)";
  private static final String SECONDS = " (seconds since 1970)";
  /** From 2001 to 2286, in seconds or milliseconds. */
  private static final Pattern MOMENT = Pattern.compile("\\b[1-9]\\d{9}(?:\\d{3})?\\b");

  private static final int MILLISECONDS_DIGITS = 13;

  private Faults() {}

  /** What the client is told. */
  record Fault(PublicCode code, String message, @Nullable String reason) {
    Fault(PublicCode code, String message) {
      this(code, message, null);
    }
  }

  /** Maps what a route threw. A bug is logged whole and told as little. */
  static Fault of(Exception failure) {
    var message = String.valueOf(failure.getMessage());
    return switch (failure) {
      case PublicException e -> new Fault(e.code(), inWords(message), e.reason());
      case RefusedException e -> new Fault(code(e.refusal()), inWords(message), e.refusal().code());
      case IllegalArgumentException _ -> new Fault(PublicCode.INVALID, inWords(message));
      case StoreException e -> surroundings("the database", e, e.retrySafe());
      case CommitException e -> surroundings("the database", e, true);
      case LightningException e -> surroundings("the Lightning node", e, e.retrySafe());
      case Libp2pException e -> new Fault(PublicCode.UNAVAILABLE, message);
      case IOException e -> new Fault(PublicCode.INVALID, "the request was cut off: " + message);
      default -> {
        log.error("a request failed by a fault of the node", failure);
        yield new Fault(PublicCode.INTERNAL, "a fault of the node's own (" + failure.getClass().getSimpleName()
            + "); its log has the details");
      }
    };
  }

  /** Inside, moments are numbers, and refusals say so; whoever reads one wants to see a time. */
  static String inWords(String message) {
    return !message.contains(MILLISECONDS) && !message.contains(SECONDS)
        ? message
        : MOMENT.matcher(message).replaceAll(
            moment -> Instant
                .ofEpochMilli(
                    Long.parseLong(moment.group()) * (moment.group().length() == MILLISECONDS_DIGITS ? 1 : 1_000))
                .toString())
            .replace(MILLISECONDS, "").replace(SECONDS, "");
  }

  private static Fault surroundings(String what, RuntimeException failure, boolean retrySafe) {
    log.warn("{} did not do what a request needed", what, failure);
    return new Fault(PublicCode.UNAVAILABLE, what + " cannot do this now" + (retrySafe ? ", try again" : "") + ": "
        + failure.getMessage());
  }

  private static PublicCode code(Refusal refusal) {
    return switch (refusal) {
      case UNKNOWN_GROUP, UNKNOWN_EVENT -> PublicCode.NOT_FOUND;
      case UNKNOWN_ZONE, UNANSWERED, TOO_MANY_GUESTS -> PublicCode.INVALID;
      case ALREADY_PLEDGED, NOT_PLEDGED, NOT_CHECKED_IN, CANCELLED, ROLE -> PublicCode.CONFLICT;
      case NOT_THE_ORGANISER, NOT_A_DOOR, NOT_BY_HAND, TOO_LATE, TERMS_FIXED, SEATS_TAKEN -> PublicCode.REFUSED;
    };
  }

  /** A check-in that did not happen. */
  static PublicException refused(CheckInReply.Refused refused) {
    return new PublicException(code(refused.refusal()), refused.message(), refused.refusal().code());
  }

  private static PublicCode code(CheckInRefusal refusal) {
    return switch (refusal) {
      case MALFORMED -> PublicCode.INVALID;
      case CANCELLED, REPLAYED -> PublicCode.CONFLICT;
      case UNREACHABLE -> PublicCode.UNAVAILABLE;
      case STALE, CLOCK, FOREIGN_EVENT, FOREIGN_DOOR, UNKNOWN_CODE, SELF, NO_RSVP, NO_SEAT, OUTSIDE_WINDOW, SIGNATURE,
          BEACON ->
        PublicCode.REFUSED;
    };
  }

  /** A strange value, short enough for a message. */
  static String cut(String value) {
    return value.length() <= SHOWN_CHARS ? value : value.substring(0, SHOWN_CHARS) + "…";
  }
}
