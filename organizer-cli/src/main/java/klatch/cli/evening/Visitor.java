package klatch.cli.evening;

import klatch.cli.evening.EveningPlan.Attendee;
import klatch.regtest.browser.ChromiumPage;

/** Somebody who said yes, with the page in front of them: their own node's, or the one that the host opened for guests. */
record Visitor(Attendee who, ChromiumPage page) {
  private static final int PHONE_WIDTH = 360;
  private static final int PHONE_HEIGHT = 780;

  /** Everybody but the organiser has a phone in hand. */
  static Visitor withPhone(Attendee who, ChromiumPage page) {
    page.size(PHONE_WIDTH, PHONE_HEIGHT, false);
    return new Visitor(who, page);
  }

  /** The same phone with its screen in the dark, for whoever likes it so. */
  void dark(boolean dark) {
    page.size(PHONE_WIDTH, PHONE_HEIGHT, dark);
  }
}
