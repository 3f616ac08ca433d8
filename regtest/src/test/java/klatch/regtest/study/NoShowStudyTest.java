package klatch.regtest.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import klatch.commitments.simulation.EveningOutcome;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

final class NoShowStudyTest {
  private static final StudyPlan PLAN = new StudyPlan(4, 2, 5, 0.4, 7);

  @Test
  void everyInvariantHoldsAndASeedGivesTheSameEveningsAgain() throws Exception {
    NoShowStudy study = new NoShowStudy(PLAN);
    List<Integer> progress = new ArrayList<>();
    List<EveningOutcome> evenings = study.play(progress::add);
    assertThat(progress).containsExactly(1, 2, 3, 4);
    StudyResult result = study.result(evenings);
    assertThat(result.problems()).isEmpty();
    assertThat(result.good()).isTrue();
    assertThat(result.collected()).isPositive()
        .isEqualTo(result.paidOut() + result.fees() + result.reserveLeft());
    assertThat(result.locked() * (1 - result.turnUp())).isCloseTo(result.noShows(),
        org.assertj.core.data.Offset.offset(1e-9));
    for (int i = 0; i < evenings.size(); i++) {
      assertThat(evenings.get(i).plan()).isEqualTo(PLAN.evening(i));
      assertThat(evenings.get(i).plan().attendees()).isBetween(2, 5);
    }
    List<EveningOutcome> again = study.play(_ -> {
    });
    assertThat(again).extracting(EveningOutcome::came).isEqualTo(evenings.stream().map(EveningOutcome::came).toList());
    assertThat(again).extracting(EveningOutcome::collected)
        .isEqualTo(evenings.stream().map(EveningOutcome::collected).toList());
  }

  @Test
  void aBrokenInvariantIsNamedWithTheSeedOfItsEvening() {
    EveningOutcome bad = new EveningOutcome(PLAN.evening(2), 3, 2, 1, 1, 1_000, 990, 9, 1, 2, 495, 495, 0,
        List.of("one msat too few"));
    StudyResult result = StudyResult.of(PLAN, List.of(bad));
    assertThat(result.good()).isFalse();
    assertThat(result.problems())
        .containsExactly(new StudyResult.Problem(0, PLAN.evening(2).seed(), "one msat too few"));
  }

  @Test
  void thePictureIsOneWellFormedDocumentThatAsksForNothing() throws Exception {
    EveningOutcome evening = new EveningOutcome(PLAN.evening(0), 4, 3, 1, 1, 5_000_000, 4_990_000, 9_000, 1_000, 3,
        1_660_000, 1_670_000, 2, List.of());
    List<EveningOutcome> evenings = List.of(evening);
    String svg = StudyPicture.svg(StudyResult.of(PLAN, evenings), evenings);
    Document document = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(1);
    assertThat(svg).doesNotContain("href", "<script", "url(").contains("1 evenings", "75.0 % turned up");
  }

  @Test
  void plansOutOfReachAreRefused() {
    assertThatThrownBy(() -> new StudyPlan(0, 2, 5, 0.3, 1)).hasMessageContaining("events");
    assertThatThrownBy(() -> new StudyPlan(1, 5, 2, 0.3, 1)).hasMessageContaining("attendees");
    assertThatThrownBy(() -> new StudyPlan(1, 1, 201, 0.3, 1)).hasMessageContaining("1..200");
    assertThatThrownBy(() -> new StudyPlan(1, 1, 2, Double.NaN, 1)).hasMessageContaining("no-show rate");
  }
}
