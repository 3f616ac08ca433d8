package klatch.cli.money;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.lightning.bolt11.Bech32;
import klatch.web.wire.Claims;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code klatch claim [EVENT [TO]]}. */
@Command(name = "claim", description = "Your payouts: what waits for you, and where it is to go.")
public final class Claim implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", arity = "0..1", paramLabel = "EVENT", description = "Its id, or the first characters of it; without it, all payouts that wait.")
  @Nullable
  String event;

  @Parameters(index = "1", arity = "0..1", paramLabel = "TO", description = "An invoice, a Lightning address (name@service.example) or a pay code (LNURL1…, lnurlp://…).")
  @Nullable
  String to;

  @Option(names = "--code", description = "Show a code that a wallet scans to withdraw it.")
  boolean code;

  @Option(names = "--here", description = "Have it come to this node, as it does unless you say otherwise.")
  boolean here;

  @Override
  public Integer call() {
    int ways = (to == null ? 0 : 1) + (code ? 1 : 0) + (here ? 1 : 0);
    if (ways > 1) {
      throw new ParameterException(session.command.commandLine(), "give only one of TO, --code and --here");
    }
    if (event == null) {
      return session.show(session.api().get("/claims", Claims.Open.class), this::list);
    }
    var path = "/events/" + session.event(event) + "/claim";
    var before = session.api().get(path, Claims.Claim.class);
    // A code that is waiting to be scanned stays: a new one would make the one on somebody's screen worthless.
    boolean choose = ways == 1 && !(code && before.code() != null);
    var claim = choose
        ? session.api().post(path, new Claims.Choose(to, code ? Boolean.TRUE : null, here ? Boolean.TRUE : null),
            Claims.Claim.class)
        : before;
    return session.show(claim, this::words);
  }

  private void list(Claims.Open open) {
    if (open.claims().isEmpty()) {
      session.say("No payout waits for you.");
    }
    open.claims().forEach(this::words);
  }

  private void words(Claims.Claim claim) {
    var id = Words.shortId(claim.event());
    switch (claim.state()) {
      case "nothing_due" -> session.say("Nothing is due to you from " + id + " yet.");
      case "paid" -> session.say(Words.sat(claim.amountMsat()) + " of " + id + " were paid to you.");
      case "unclaimed" -> session.say(Words.sat(claim.amountMsat()) + " of " + id
          + " were not claimed in time and went to the next by the draw.");
      default -> waiting(claim, id);
    }
    var way = switch (claim.way()) {
      case "invoice" -> "to the invoice you gave";
      case "address" -> "to " + claim.address();
      case "code" -> "to the wallet that scans the code";
      default -> "to this node";
    };
    session.say("  goes " + way);
    if (claim.problem() != null) {
      session.say("  but    " + claim.problem());
    }
    if (claim.code() != null) {
      session.say("  scan   " + lnurl(claim.code()));
    }
  }

  private void waiting(Claims.Claim claim, String id) {
    session.say(Words.sat(claim.amountMsat()) + " (" + claim.amountMsat() + " msat) of " + id
        + (claim.state().equals("claimed") ? ": claimed, not paid yet" : ": waits to be claimed"));
    if (claim.closesAtMillis() != null) {
      session.say("  until  " + Instant.ofEpochMilli(claim.closesAtMillis()) + ", then it goes to somebody else");
    }
  }

  /** As wallets scan it (LUD-01). */
  static String lnurl(String url) {
    return "lightning:" + Bech32.encode("lnurl", Bech32.words(url.getBytes(StandardCharsets.US_ASCII)))
        .toUpperCase(Locale.ROOT);
  }
}
