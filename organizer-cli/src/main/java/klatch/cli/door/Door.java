package klatch.cli.door;

import java.util.Locale;
import java.util.concurrent.Callable;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch door EVENT}. */
@Command(name = "door", description = "Print the code that the door shows now; it changes every few seconds.")
public final class Door implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--scanned", paramLabel = "CODE", description = "What this device's camera has read: a code to answer, an answer, or what closes it.")
  @Nullable
  String scanned;

  @Option(names = "--by-hand", paramLabel = "PERSON", description = "Check somebody in by this door's word alone, for everybody to see: their id, its first characters, or a part of their name. By the rule 'door' only.")
  @Nullable
  String byHand;

  @Option(names = "--undo", paramLabel = "PERSON", description = "Take a wrong check-in back: the person's id, its first characters, or a part of their name. A deposit that went back stays back.")
  @Nullable
  String undo;

  @Option(names = "--reason", paramLabel = "TEXT", description = "With --undo and --by-hand: why, for everybody to read.")
  @Nullable
  String reason;

  @Override
  public Integer call() {
    if (byHand != null) {
      return byHand(session.event(event), byHand);
    }
    if (undo != null) {
      return undo(session.event(event), undo);
    }
    if (scanned != null) {
      return Scanning.scan(session, session.event(event), scanned);
    }
    var path = "/events/" + session.event(event) + "/door";
    return session.show(session.api().get(path, Events.Door.class), answer -> session.say(answer.frame()));
  }

  private int undo(String id, String typed) {
    var person = person(id, typed);
    var undone = session.api().post("/events/" + id + "/undo", new Events.Undo(person, reason), Events.Undone.class);
    return session.show(undone, answer -> session
        .say("The check-in of " + Words.shortId(answer.person()) + " is undone; they may be checked in again."));
  }

  private int byHand(String id, String typed) {
    var person = person(id, typed);
    var letIn = session.api().post("/events/" + id + "/by-hand", new Events.ByHand(person, reason), Events.LetIn.class);
    return session.show(letIn, answer -> session.say(answer.written()
        ? Words.shortId(answer.person()) + " is checked in by hand; everybody can see that."
        : Words.shortId(answer.person()) + " was checked in already."));
  }

  /** One of the guest list, by id or by name. */
  private String person(String id, String typed) {
    var people = session.api().get("/events/" + id, Events.Detail.class).people();
    var sought = typed.strip().toLowerCase(Locale.ROOT);
    var named = people.stream()
        .filter(one -> one.nickname() != null && one.nickname().toLowerCase(Locale.ROOT).contains(sought)).toList();
    if (named.size() > 1) {
      throw new ApiRefusedException("invalid", named.size() + " people are called so: " + String.join(", ",
          named.stream().map(one -> Words.person(one.nickname(), one.person())).toList()) + "; type the id");
    }
    return named.isEmpty()
        ? session.resolve(typed, "person", () -> people.stream().map(Events.Person::person).toList())
        : named.getFirst().person();
  }
}
