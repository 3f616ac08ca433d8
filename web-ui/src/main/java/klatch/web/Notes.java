package klatch.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.PersonTopic;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/**
 * What a node remembers for its person and tells nobody: whom they follow, what they call people,
 * the invites to private groups that they have taken, which calendar programs may ask, and which notices they have seen. Kept as one text
 * of JSON, written anew with each change. Thread-safe.
 */
public final class Notes {
  /** People with a note. */
  static final int PEOPLE = 2_000;
  /** One for each calendar program of one person. */
  static final int FEEDS = 32;
  private static final int FEED_NUMBER_DIGITS = 12;
  /** Private groups that were joined by an invite. */
  static final int INVITES = 1_000;

  private final Keeper keeper;
  /** Replaced as a whole, under the monitor. */
  private volatile Kept kept;
  /** Made of what is kept: asked with every entry that is sent or taken in. */
  private volatile Set<TopicId> leftAlone;

  /** Where the text lies. */
  public interface Keeper {
    /** The text as last kept. */
    Optional<String> load();

    /**
     * Keeps it for the next start; what was there before stays until this one is safe.
     *
     * @throws klatch.log.StoreException if that cannot be done
     */
    void save(String text);
  }

  /**
   * About one person.
   *
   * @param petname  what this node's person calls them
   * @param followed false also means: no longer
   */
  record Note(@Nullable String petname, boolean followed) {
  }

  /**
   * An invite to a private group that this node's person has taken.
   *
   * @param secret what it shows to a host's node
   */
  record Invited(String founder, String inviter, String secret) {
    DeviceId founderId() {
      return DeviceId.parse(founder);
    }

    DeviceId inviterId() {
      return DeviceId.parse(inviter);
    }
  }

  /**
   * An address that a calendar program asks for this person's events.
   *
   * @param name which program it is
   * @param hash SHA-256 of its secret, as hex: whoever reads the notes cannot ask
   */
  record Feed(String name, String hash, long madeAtMillis) {
  }

  /**
   * @param people  by their id
   * @param invites by the group's topic
   * @param feeds   by their number
   * @param told    absent until there is any
   * @param left    topics of groups that this person has left; absent until there are any
   */
  record Kept(Map<String, Note> people, Map<String, Invited> invites, Map<String, Feed> feeds, @Nullable Told told,
      @Nullable Set<String> left) {
    Kept {
      people = Map.copyOf(people);
      invites = Map.copyOf(invites);
      feeds = Map.copyOf(feeds);
    }

    static final Kept NOTHING = new Kept(Map.of(), Map.of(), Map.of(), null, null);
  }

  /**
   * About notices.
   *
   * @param seen     ids of those that were seen and are still there
   * @param silenced kinds that this person does not want
   */
  record Told(Set<String> seen, Set<String> silenced) {
    static final Told NOTHING = new Told(Set.of(), Set.of());

    Told {
      seen = Set.copyOf(seen);
      silenced = Set.copyOf(silenced);
    }
  }

  /** @throws IllegalArgumentException if what was kept cannot be read */
  public Notes(Keeper keeper) {
    this.keeper = keeper;
    this.kept = keeper.load().map(Notes::read).orElse(Kept.NOTHING);
    this.leftAlone = leftAlone(kept);
  }

  /** Forgets everything with the process. */
  public static Notes passing() {
    return new Notes(new Keeper() {
      @Override
      public Optional<String> load() {
        return Optional.empty();
      }

      @Override
      public void save(String text) {
        // It was passing.
      }
    });
  }

  private static Kept read(String text) {
    try {
      return Json.MAPPER.readValue(text, Kept.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("this node's notes cannot be read: " + e.getOriginalMessage(), e);
    }
  }

  private synchronized void change(UnaryOperator<Kept> change) {
    var next = change.apply(kept);
    keeper.save(new String(Json.bytes(next), java.nio.charset.StandardCharsets.UTF_8) + "\n");
    leftAlone = leftAlone(next);
    kept = next;
  }

  private static Set<TopicId> leftAlone(Kept kept) {
    var people = kept.people().entrySet().stream().filter(note -> !note.getValue().followed())
        .map(note -> PersonTopic.of(DeviceId.parse(note.getKey())));
    return Stream.concat(people, left(kept).stream().map(TopicId::parse)).collect(Collectors.toUnmodifiableSet());
  }

  Optional<Note> of(DeviceId person) {
    return Optional.ofNullable(kept.people().get(person.toString()));
  }

  Optional<String> petname(DeviceId person) {
    return of(person).flatMap(note -> Optional.ofNullable(note.petname()));
  }

  boolean follows(DeviceId person) {
    return of(person).filter(Note::followed).isPresent();
  }

  /** Everybody with a note, by id. */
  Map<DeviceId, Note> people() {
    var people = new TreeMap<DeviceId, Note>();
    kept.people().forEach((person, note) -> people.put(DeviceId.parse(person), note));
    return people;
  }

  Set<DeviceId> followed() {
    var followed = new TreeSet<DeviceId>();
    people().forEach((person, note) -> {
      if (note.followed()) {
        followed.add(person);
      }
    });
    return followed;
  }

  private static Set<String> left(Kept kept) {
    var left = kept.left();
    return left == null ? Set.of() : left;
  }

  /** From now on nothing is asked for on it, and nothing passed on; what is here stays. */
  void leave(TopicId group) {
    var left = new TreeSet<>(left(kept));
    left.add(group.toString());
    if (left.size() > INVITES) {
      throw new PublicException(PublicCode.REFUSED, INVITES + " groups were left already");
    }
    change(had -> new Kept(had.people(), had.invites(), had.feeds(), had.told(), left));
  }

  void comeBack(TopicId group) {
    if (leftAlone.contains(group)) {
      var left = new TreeSet<>(left(kept));
      left.remove(group.toString());
      change(had -> new Kept(had.people(), had.invites(), had.feeds(), had.told(), left));
    }
  }

  /** Whether a topic is that of somebody who is not followed any more, or of a group that was left. */
  public boolean leftAlone(TopicId topic) {
    return leftAlone.contains(topic);
  }

  void follow(DeviceId person, boolean followed) {
    note(person, note -> new Note(note.petname(), followed));
  }

  /** @param petname null to forget it */
  void name(DeviceId person, @Nullable String petname) {
    note(person, note -> new Note(petname, note.followed()));
  }

  /** By their number. */
  Map<String, Feed> feeds() {
    return new TreeMap<>(kept.feeds());
  }

  /** @return its number */
  String add(Feed feed) {
    var number = feed.hash().substring(0, FEED_NUMBER_DIGITS);
    change(had -> {
      var feeds = new LinkedHashMap<>(had.feeds());
      feeds.put(number, feed);
      if (feeds.size() > FEEDS) {
        throw new PublicException(PublicCode.REFUSED, "there are " + FEEDS + " feeds already; revoke one");
      }
      return new Kept(had.people(), had.invites(), feeds, had.told(), had.left());
    });
    return number;
  }

  /** @return whether it was there */
  boolean revoke(String number) {
    boolean there = kept.feeds().containsKey(number);
    change(had -> {
      var feeds = new LinkedHashMap<>(had.feeds());
      feeds.remove(number);
      return new Kept(had.people(), had.invites(), feeds, had.told(), had.left());
    });
    return there;
  }

  private void note(DeviceId person, UnaryOperator<Note> note) {
    change(had -> {
      var people = new LinkedHashMap<>(had.people());
      people.compute(person.toString(), (_, old) -> note.apply(old == null ? new Note(null, false) : old));
      if (people.size() > PEOPLE) {
        throw new PublicException(PublicCode.REFUSED, "there are notes on " + PEOPLE + " people already");
      }
      return new Kept(people, had.invites(), had.feeds(), had.told(), had.left());
    });
  }

  Told told() {
    var told = kept.told();
    return told == null ? Told.NOTHING : told;
  }

  /** @param there every notice that there is: what was seen of others is forgotten */
  void seen(Set<String> ids, Set<String> there) {
    var seen = new TreeSet<>(told().seen());
    seen.addAll(ids);
    seen.retainAll(there);
    if (!seen.equals(told().seen())) {
      change(had -> new Kept(had.people(), had.invites(), had.feeds(), new Told(seen, told().silenced()), had.left()));
    }
  }

  void silence(Set<String> kinds) {
    change(had -> new Kept(had.people(), had.invites(), had.feeds(), new Told(told().seen(), kinds), had.left()));
  }

  /** The invite to a private group that was taken, if any. */
  Optional<Invited> invite(TopicId group) {
    return Optional.ofNullable(kept.invites().get(group.toString()));
  }

  /** All invites to private groups that were taken. */
  Map<TopicId, Invited> invites() {
    var invites = new TreeMap<TopicId, Invited>();
    kept.invites().forEach((group, invited) -> invites.put(TopicId.parse(group), invited));
    return invites;
  }

  void take(TopicId group, Invited invited) {
    change(had -> {
      var invites = new LinkedHashMap<>(had.invites());
      invites.put(group.toString(), invited);
      if (invites.size() > INVITES) {
        throw new PublicException(PublicCode.REFUSED, INVITES + " invites to private groups were taken already");
      }
      return new Kept(had.people(), invites, had.feeds(), had.told(), had.left());
    });
  }
}
