package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about this node's person, and the people they know. */
public final class People {
  private People() {}

  /**
   * {@code POST /profile}: how this person is seen from now on, in every group; what is left out stays.
   *
   * @param picture a JPEG, PNG or WebP in base64; empty takes it away
   */
  public record Say(@Nullable String nickname, @Nullable List<String> tags, @Nullable String picture) {}

  /**
   * {@code GET /profile} and {@code POST /profile}.
   *
   * @param nickname absent until the person has chosen one
   * @param picture  its name, for {@code GET /pictures/{name}}
   */
  public record Profile(String person, @Nullable String nickname, List<String> tags, @Nullable String picture) {}

  /**
   * Somebody.
   *
   * @param petname what this node's person calls them, known to nobody else
   * @param groups  the public groups that they show to whoever follows them
   */
  public record Person(String person, @Nullable String nickname, @Nullable String petname, List<String> tags,
      @Nullable String picture, boolean followed, boolean you, List<String> groups) {}

  /** {@code GET /people}: whom this node's person follows or has given a name. */
  public record PersonList(List<Person> people) {}

  /** {@code POST /people/{id}/name}; empty takes the name away. */
  public record Name(String petname) {}

  /** {@code POST /find}. */
  public record Find(String tag) {}

  /** {@code POST /find}: what has the tag, of all that this node knows. */
  public record Found(List<Person> people, List<Groups.Group> groups, List<Events.Summary> events) {}
}
