package klatch.cli.demo;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * What a rehearsal ended with. Amounts are msat; before and after are Lightning balances once every channel is quiet.
 *
 * @param kills how often the organiser's process was killed
 */
@JsonPropertyOrder({"event", "chain", "depositMsat", "attendees", "organiser", "conserved", "audit", "kills",
    "seconds"})
public record DemoReport(String event, String chain, long depositMsat, List<Attendee> attendees, Organiser organiser,
    boolean conserved, String audit, int kills, Seconds seconds) {

  /** @param feesMsat the routing fees that this attendee paid */
  @JsonPropertyOrder({"name", "present", "heldMsat", "releasedMsat", "forfeitedMsat", "payoutMsat", "feesMsat",
      "beforeMsat", "afterMsat"})
  public record Attendee(String name, boolean present, long heldMsat, long releasedMsat, long forfeitedMsat,
      long payoutMsat,
      long feesMsat, long beforeMsat, long afterMsat) {

    /**
     * Is the balance what the settlement says, and is the deposit either back or forfeited, by presence?
     *
     * @param allReleased whether nobody came, so that everybody gets the deposit back
     */
    boolean exact(long depositMsat, boolean allReleased) {
      boolean back = present || allReleased;
      return afterMsat == beforeMsat - forfeitedMsat + payoutMsat - feesMsat && heldMsat == depositMsat
          && releasedMsat == (back ? depositMsat : 0) && forfeitedMsat == (back ? 0 : depositMsat);
    }
  }

  /** @param feesMsat the routing fees of the payouts */
  @JsonPropertyOrder({"collectedMsat", "paidOutMsat", "feesMsat", "beforeMsat", "afterMsat"})
  public record Organiser(long collectedMsat, long paidOutMsat, long feesMsat, long beforeMsat, long afterMsat) {
    boolean exact() {
      return afterMsat == beforeMsat + collectedMsat - paidOutMsat - feesMsat;
    }
  }

  @JsonPropertyOrder({"total", "lock", "checkIn", "settle"})
  public record Seconds(double total, double lock, double checkIn, double settle) {}

  /** Every balance is what the settlement says, and what was collected came from the forfeits and went to the payouts. */
  public static boolean conserved(List<Attendee> attendees, Organiser organiser, long depositMsat) {
    boolean released = attendees.stream().noneMatch(Attendee::present);
    return organiser.exact() && attendees.stream().allMatch(a -> a.exact(depositMsat, released))
        && organiser.collectedMsat() == attendees.stream().mapToLong(Attendee::forfeitedMsat).sum()
        && organiser.paidOutMsat() == attendees.stream().mapToLong(Attendee::payoutMsat).sum();
  }

  public boolean good() {
    return conserved && audit.equals("clean");
  }
}
