package klatch.libp2p.autonat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Predicate;
import klatch.libp2p.protocol.IpGroup;

/**
 * What an AutoNAT server does for others.
 *
 * @param requestBurst dials one peer may ask for at once …
 * @param requestPause … and one more each time this has passed
 * @param allBurst dials all peers together may ask for at once …
 * @param allPause … and one more each time this has passed
 * @param mayDial which addresses are dialled at all; with anything but public ones strangers can have us dial our own neighbours
 */
public record AutoNatOptions(int requestBurst, Duration requestPause, int allBurst, Duration allPause,
    Predicate<InetAddress> mayDial) {
  public static final AutoNatOptions DEFAULT = new AutoNatOptions(12, Duration.ofSeconds(5), 60, Duration.ofSeconds(1),
      IpGroup::isPublic);

  public AutoNatOptions requests(int burst, Duration pause) {
    return new AutoNatOptions(burst, pause, allBurst, allPause, mayDial);
  }

  public AutoNatOptions mayDial(Predicate<InetAddress> value) {
    return new AutoNatOptions(requestBurst, requestPause, allBurst, allPause, value);
  }
}
