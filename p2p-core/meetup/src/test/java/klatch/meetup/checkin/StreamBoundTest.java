package klatch.meetup.checkin;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.PeerId;
import org.junit.jupiter.api.Test;

final class StreamBoundTest {
  private final StreamBound bound = new StreamBound(3, 2);
  private final PeerId ann = PeerId.of(Ed25519Key.generate().publicKey());
  private final PeerId bob = PeerId.of(Ed25519Key.generate().publicKey());

  @Test
  void onePeerCannotTakeEverybodysPlaces() throws IOException {
    bound.enter(ann);
    bound.enter(ann);
    assertThatThrownBy(() -> bound.enter(ann)).isInstanceOf(IOException.class).hasMessageContaining("2");
    bound.enter(bob);
    assertThatThrownBy(() -> bound.enter(bob)).isInstanceOf(IOException.class).hasMessageContaining("3");
  }

  @Test
  void whoLeavesMakesRoomAndWhoWasRefusedTakesNone() throws IOException {
    for (int i = 0; i < 100; i++) {
      bound.enter(ann);
      bound.enter(ann);
      assertThatThrownBy(() -> bound.enter(ann)).isInstanceOf(IOException.class);
      bound.leave(ann);
      bound.leave(ann);
    }
    bound.enter(bob);
    bound.enter(bob);
    assertThatCode(() -> bound.enter(ann)).doesNotThrowAnyException();
  }
}
