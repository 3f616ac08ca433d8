package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import klatch.libp2p.interop.Feature.Direction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything we speak, with every library, each side dialling; and the table of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InteropIT {
  private static final Path TABLE = Path.of("target/interop-matrix.md");
  private static final Path README = Path.of("README.md");
  private static final Map<Library, Strangers> STRANGERS = new EnumMap<>(Library.class);
  private static final Matrix MATRIX = new Matrix();

  @AfterAll
  static void stop() throws Exception {
    STRANGERS.values().forEach(Strangers::close);
    STRANGERS.clear();
    Files.createDirectories(TABLE.toAbsolutePath().getParent());
    Files.writeString(TABLE, MATRIX.table());
  }

  private static List<Feature> features() {
    List<Feature> all = new ArrayList<>();
    all.addAll(TransportTrials.features());
    all.addAll(WireTrials.features());
    all.addAll(GossipTrials.features());
    all.addAll(RelayTrials.features());
    all.addAll(KadTrials.features());
    return all;
  }

  static Stream<Arguments> cells() {
    return features().stream().flatMap(feature -> Stream.of(Library.values())
        .flatMap(library -> Stream.of(Direction.values()).map(direction -> Arguments.of(feature, library, direction))));
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("cells")
  @Order(1)
  void speaks(Feature feature, Library library, Direction direction) throws Exception {
    String absence = feature.absence(library, direction);
    if (absence != null) {
      MATRIX.enter(feature, library, direction, new Matrix.NotTheirs(absence));
      Assumptions.abort(absence);
    }
    if (library.presence() instanceof Library.Absent(String why)) {
      MATRIX.enter(feature, library, direction, new Matrix.Untried());
      Assumptions.abort(why);
    }
    MATRIX.enter(feature, library, direction, new Matrix.Failed());
    feature.trial(direction).run(STRANGERS.computeIfAbsent(library, Strangers::new));
    MATRIX.enter(feature, library, direction, new Matrix.Shown());
  }

  @Test
  @Order(2)
  void theReadmeClaimsNoMoreThanWasShown() throws Exception {
    String readme = Files.readString(README);
    int begin = readme.indexOf(Matrix.BEGIN);
    int end = readme.indexOf(Matrix.END);
    assertThat(begin).as("the table's markers in %s", README).isNotNegative().isLessThan(end);
    String table = readme.substring(begin, end);
    assertThat(table.lines().filter(line -> line.contains(Matrix.YES))).isNotEmpty();
    assertThat(MATRIX.overclaims(table)).isEmpty();
  }
}
