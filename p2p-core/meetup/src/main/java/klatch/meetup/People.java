package klatch.meetup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.TopicId;
import org.jspecify.annotations.Nullable;

/**
 * How this person and others want to be seen. Each says it on a topic of their own, which whoever follows them gets, and
 * once more in each of their groups. Safe for any number of threads, as {@link Meetup} is.
 */
public final class People {
  private final LiveView live;
  private final Pen pen;

  People(LiveView live, Pen pen) {
    this.live = live;
    this.pen = pen;
  }

  /** Who and what has a tag, among everything that is here. */
  public record Found(SortedMap<DeviceId, MemberProfile> people, List<Group> groups, List<MeetupEvent> events) {}

  /** How this person wants to be seen; empty until they have said. */
  public Optional<MemberProfile> own() {
    return live.read(view -> view.profile(pen.self()));
  }

  /** What somebody says on their own topic, and else in a group. */
  public Optional<MemberProfile> profile(DeviceId person) {
    return live.read(view -> profile(view, person));
  }

  private static Optional<MemberProfile> profile(MeetupView view, DeviceId person) {
    return view.profile(person).or(() -> view.groups().stream()
        .flatMap(group -> Optional.ofNullable(view.profiles(group.topic()).get(person)).stream()).findFirst());
  }

  /** Where a guest without a node took their key away to one; empty for everybody else. */
  public Optional<LastAsGuest> lastAsGuest(DeviceId person) {
    return live.read(view -> view.lastAsGuest(person));
  }

  public SortedMap<DeviceId, MemberProfile> profiles(TopicId topic) {
    return live.read(view -> view.profiles(topic));
  }

  /**
   * Says how this person wants to be seen, to everybody and in each of their groups. What reads as before is not written.
   *
   * @param fresh the bytes of a new picture, which takes the place of the profile's; null for none
   * @throws IllegalArgumentException if the picture is none that is taken
   */
  public MemberProfile say(MemberProfile wanted, @Nullable ByteString fresh) {
    if (fresh != null) {
      Picture.of(fresh);
    }
    MemberProfile profile = fresh == null
        ? wanted
        : new MemberProfile(wanted.nickname(), wanted.tags(), Picture.name(fresh));
    live.exclusively(() -> live.read(view -> {
      Set<TopicId> topics = new LinkedHashSet<>(List.of(PersonTopic.of(pen.self())));
      topics.addAll(view.topicsWithProfile(pen.self()));
      view.groups().stream().filter(group -> group.founder().equals(pen.self())).map(Group::topic).forEach(topics::add);
      topics.forEach(topic -> say(view, topic, profile, Optional.ofNullable(fresh)));
      return profile;
    }));
    return profile;
  }

  /** Says in a group what this person says of themselves everywhere, or else a made-up name; the group may not be here yet. */
  public void introduce(TopicId group, String otherwise) {
    live.exclusively(() -> live.read(view -> {
      MemberProfile profile = view.profile(pen.self()).orElseGet(() -> new MemberProfile(otherwise));
      say(view, group, profile, Optional.ofNullable(profile.picture()).flatMap(name -> bytes(view, name)));
      return profile;
    }));
  }

  private void say(MeetupView view, TopicId topic, MemberProfile profile, Optional<ByteString> picture) {
    if (profile.equals(view.profiles(topic).get(pen.self()))) {
      return;
    }
    picture.filter(bytes -> !view.hasPicture(topic, Picture.name(bytes)))
        .ifPresent(bytes -> pen.append(topic, new PictureAdded(bytes)));
    pen.append(topic, profile);
  }

  /** A picture's bytes by its name; empty when it is not here. */
  public Optional<ByteString> picture(ByteString name) {
    return live.read(view -> bytes(view, name));
  }

  private Optional<ByteString> bytes(MeetupView view, ByteString name) {
    return view.picture(name).flatMap(pen.store()::entry).map(People::picture);
  }

  private static ByteString picture(Entry entry) {
    try {
      return ((PictureAdded) MessageCodec.decode(entry.payloadType(), entry.payload())).picture();
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a view names an entry that is no picture: " + entry.id(), e);
    }
  }

  /** The groups that somebody names to whoever follows them. */
  public List<TopicId> shown(DeviceId person) {
    return live.read(view -> view.groupsShown(person));
  }

  /** Names a group of this person's to whoever follows them; the oldest makes room. */
  public void show(TopicId group) {
    live.exclusively(() -> live.read(view -> {
      List<TopicId> groups = new ArrayList<>(view.groupsShown(pen.self()));
      if (groups.contains(group)) {
        return groups;
      }
      if (groups.size() == Limits.GROUPS_SHOWN) {
        groups.removeFirst();
      }
      groups.add(group);
      pen.append(PersonTopic.of(pen.self()), new GroupsShown(groups));
      return groups;
    }));
  }

  /** Everything here with a tag, or whose group has it. Capitals do not matter. */
  public Found find(String tag, Collection<DeviceId> followed) {
    String wanted = tag.toLowerCase(Locale.ROOT);
    return live.read(view -> {
      SortedMap<DeviceId, MemberProfile> people = new TreeMap<>();
      view.groups().forEach(group -> people.putAll(view.profiles(group.topic())));
      followed.forEach(person -> view.profile(person).ifPresent(profile -> people.put(person, profile)));
      view.profile(pen.self()).ifPresent(profile -> people.put(pen.self(), profile));
      people.values().removeIf(profile -> !has(profile.tags(), wanted));
      Map<TopicId, Group> groups = new TreeMap<>();
      view.groups().stream().filter(group -> has(group.tags(), wanted))
          .forEach(group -> groups.put(group.topic(), group));
      List<MeetupEvent> events = view.events().stream().filter(event -> groups.containsKey(event.group())).toList();
      return new Found(people, List.copyOf(groups.values()), events);
    });
  }

  private static boolean has(List<String> tags, String wanted) {
    return tags.stream().anyMatch(tag -> tag.toLowerCase(Locale.ROOT).equals(wanted));
  }
}
