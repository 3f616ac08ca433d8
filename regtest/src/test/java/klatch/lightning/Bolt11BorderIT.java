package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import klatch.commitments.Lightning.Invoice;
import klatch.lightning.bolt11.Bolt11;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The native node reads and refuses the published examples of invoices as our own reader does. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class Bolt11BorderIT {
  private static final Path EXAMPLES = Path.of("../lightning-adapter/src/test/resources/klatch/lightning/bolt11");

  @TempDir
  static Path directory;

  private final EmbeddedChain chain = EmbeddedChain.start(InstantSource.system());
  private Database database;
  private LdkTestNode node;

  @BeforeAll
  void start() {
    database = Database.embedded(directory.resolve("postgres"), "");
    node = LdkTestNode.start(database, chain.rpc(), "reader", 1, ChannelPolicy.regtestLeaf());
  }

  @AfterAll
  void stop() {
    node.close();
    database.close();
    chain.close();
  }

  private static List<String[]> examples(String file) throws IOException {
    try (Stream<String> lines = Files.lines(EXAMPLES.resolve(file))) {
      return lines.filter(line -> !line.startsWith("#")).map(line -> line.split("\t")).toList();
    }
  }

  @Test
  void everyExampleIsReadOrRefusedAsTheDocumentSaysAndAsOurReaderDoes() throws IOException {
    for (String[] example : examples("regtest-vectors.tsv")) {
      if (example[0].equals("valid")) {
        Invoice invoice = node.lightning().decode(example[2]);
        Invoice ours = Bolt11.read(example[2]).asInvoice();
        assertThat(invoice).as(example[1]).isEqualTo(new Invoice(invoice.bolt11(), ours.hash(), ours.amount(),
            ours.payee(), ours.expiresAtEpochSecond(), ours.finalCltvBlocks(), ours.descriptionHash(), ours.hintFee()));
      } else {
        assertThatThrownBy(() -> node.lightning().decode(example[2])).as(example[1])
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void anInvoiceOfAnotherNetworkIsRefusedByName() throws IOException {
    for (String[] example : examples("vectors.tsv")) {
      if (example[0].equals("valid")) {
        assertThatThrownBy(() -> node.lightning().decode(example[2])).as(example[1])
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("regtest");
      }
    }
  }
}
