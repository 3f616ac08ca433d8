package klatch.web;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import klatch.log.Entry;
import klatch.meetup.Meetup;
import klatch.web.wire.Exports;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/** Everything of this person's to take away, as one file: what this API says of it, and what they have signed themselves. */
record MyDataRoutes(Meetup meetup, NodeControl node, InstantSource clock) {
  /** More than anybody writes in years; whoever has more takes the data directory. */
  private static final int MOST_ENTRIES = 20_000;

  /** @param routes where what it says is asked for, too */
  void addTo(Routes routes) {
    routes.get("/my-data", _ -> myData(routes));
  }

  private Exports.MyData myData(Routes routes) {
    List<Entry> entries = node.ownEntries(MOST_ENTRIES + 1);
    if (entries.size() > MOST_ENTRIES) {
      throw new PublicException(PublicCode.REFUSED, "more than " + MOST_ENTRIES
          + " entries are yours, too many for one file: take the data directory instead");
    }
    List<Exports.MyEvent> events = new ArrayList<>();
    meetup.events().forEach(event -> {
      var path = "/events/" + event.id();
      said(routes, path).ifPresent(
          told -> events.add(new Exports.MyEvent(told, said(routes, path + "/report").orElse(null))));
    });
    return new Exports.MyData(clock.millis(), meetup.self().toString(), part(routes, "/profile"),
        part(routes, "/people"), part(routes, "/groups"), events, part(routes, "/deposits"), part(routes, "/claims"),
        part(routes, "/lightning/payments"), entries.stream().map(MyDataRoutes::signed).toList());
  }

  private static @Nullable Object part(Routes routes, String path) {
    return said(routes, path).orElse(null);
  }

  /** Nothing where this node has no such thing: without Lightning there are no payments. */
  private static Optional<Object> said(Routes routes, String path) {
    try {
      return Optional.of(routes.answer("GET", path, new byte[0]));
    } catch (PublicException e) {
      return Optional.empty();
    }
  }

  private static Exports.Signed signed(Entry entry) {
    var base64 = Base64.getEncoder();
    return new Exports.Signed(entry.id().toString(), entry.topic().toString(), entry.sequence(),
        entry.timestampMillis(), entry.payloadType(), base64.encodeToString(entry.header().bytes()),
        base64.encodeToString(entry.payload()));
  }
}
