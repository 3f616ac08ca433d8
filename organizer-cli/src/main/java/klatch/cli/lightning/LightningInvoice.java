package klatch.cli.lightning;

import java.time.Duration;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.TimeText;
import klatch.web.wire.Operations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch lightning invoice SAT}. */
@Command(name = "invoice", description = "Make an invoice for others to pay to your node.")
final class LightningInvoice implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "SAT", description = "How much, in satoshi.")
  long sat;

  @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
  @Nullable
  String description;

  @Option(names = "--expiry", paramLabel = "SPAN", converter = TimeText.Span.class, defaultValue = "1h", description = "How long it can be paid (default: ${DEFAULT-VALUE}).")
  Duration expiry;

  @Override
  public Integer call() {
    var request = new Operations.Ask(Math.multiplyExact(sat, 1_000L), description, expiry.toSeconds());
    return session.show(session.api().post("/lightning/invoice", request, Operations.Invoice.class),
        invoice -> session.say(invoice.bolt11()));
  }
}
