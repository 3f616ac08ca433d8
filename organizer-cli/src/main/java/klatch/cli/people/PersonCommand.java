package klatch.cli.people;

import klatch.cli.terminal.Words;
import klatch.web.wire.People;
import picocli.CommandLine.Command;

/** {@code klatch person}. */
@Command(name = "person", description = "People you know.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    PersonList.class, PersonFollow.class, PersonUnfollow.class, PersonName.class})
public final class PersonCommand {
  /** One person on one line; what they call themselves proves nothing, what you call them is yours. */
  static String line(People.Person person) {
    var name = Words.person(person.nickname(), person.person());
    return (person.petname() == null ? name : person.petname() + ", calls themselves " + name)
        + (person.tags().isEmpty() ? "" : "  " + String.join(", ", person.tags())) + (person.followed()
            ? "  followed"
            : "");
  }
}
