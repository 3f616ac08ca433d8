package klatch.web;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.Meetup;
import klatch.meetup.MemberProfile;
import klatch.meetup.Picture;
import klatch.web.wire.People;
import org.jspecify.annotations.Nullable;

/** The routes about this node's person and the people they know. */
record PeopleRoutes(Meetup meetup, Notes notes, Following following, GroupRoutes groups, EventRoutes events) {
  /** A face of 256 × 256 pixels is well below this; it travels with every member of every group. */
  static final int FACE_BYTES = 32_768;

  void addTo(Routes routes) {
    routes.get("/profile", _ -> own());
    routes.post("/profile", this::say);
    routes.get("/pictures/{name}", this::picture);
    routes.get("/people", _ -> new People.PersonList(notes.people().entrySet().stream()
        .filter(note -> note.getValue().followed() || note.getValue().petname() != null)
        .map(note -> shown(note.getKey())).toList()));
    routes.get("/people/{id}", call -> shown(person(call)));
    routes.post("/people/{id}/name", this::name);
    routes.post("/people/{id}/follow", this::follow);
    routes.post("/people/{id}/unfollow", this::unfollow);
    routes.post("/find", this::find);
  }

  private People.Profile own() {
    var profile = meetup.people().own();
    return new People.Profile(meetup.self().toString(), profile.map(MemberProfile::nickname).orElse(null),
        profile.map(MemberProfile::tags).orElse(List.of()), profile.flatMap(PeopleRoutes::picture).orElse(null));
  }

  static Optional<String> picture(MemberProfile profile) {
    return Optional.ofNullable(profile.picture()).map(ByteString::toString);
  }

  private People.Profile say(Call call) {
    var request = call.read(People.Say.class);
    var had = meetup.people().own();
    var nickname = request.nickname() == null
        ? had.map(MemberProfile::nickname).orElseThrow(() -> PublicException.invalid("the field 'nickname' is missing"))
        : request.nickname().strip();
    var tags = request.tags() == null ? had.map(MemberProfile::tags).orElse(List.of()) : tags(request.tags());
    var picture = request.picture() == null ? had.map(MemberProfile::picture).orElse(null) : null;
    meetup.people().say(new MemberProfile(nickname, tags, picture),
        request.picture() == null || request.picture().isEmpty() ? null : bytes(request.picture(), FACE_BYTES));
    return own();
  }

  /** As typed: with or without a number sign, in any case, some twice. */
  static List<String> tags(@Nullable List<String> typed) {
    return typed == null
        ? List.of()
        : typed.stream().map(tag -> tag.strip().replaceFirst("^#", "").toLowerCase(Locale.ROOT))
            .filter(tag -> !tag.isEmpty()).distinct().collect(Collectors.toList());
  }

  /** A picture as it comes in a request. */
  static ByteString bytes(String base64, int most) {
    try {
      var bytes = Base64.getDecoder().decode(base64);
      if (bytes.length > most) {
        throw PublicException.invalid("this picture may have " + most + " bytes, not " + bytes.length);
      }
      return ByteString.of(bytes);
    } catch (IllegalArgumentException e) {
      throw PublicException.invalid("the picture is not base64: " + e.getMessage());
    }
  }

  private FileAnswer picture(Call call) {
    return picture(meetup, pictureName(call));
  }

  /** A picture's name in a path. */
  static ByteString pictureName(Call call) {
    try {
      return ByteString.of(TopicId.parse(call.path("name")).bytes());
    } catch (IllegalArgumentException e) {
      throw PublicException.invalid("a picture's name is 64 hex digits");
    }
  }

  static FileAnswer picture(Meetup meetup, ByteString name) {
    var bytes = meetup.people().picture(name)
        .orElseThrow(() -> PublicException.notFound("the picture " + name + " is not here (yet)"));
    return FileAnswer.forEver(Picture.of(bytes).format().mediaType(), bytes.bytes());
  }

  private People.Person shown(DeviceId person) {
    return shown(person, meetup.people().profile(person));
  }

  private People.Person shown(DeviceId person, Optional<MemberProfile> profile) {
    return new People.Person(person.toString(), profile.map(MemberProfile::nickname).orElse(null),
        notes.petname(person).orElse(null), profile.map(MemberProfile::tags).orElse(List.of()),
        profile.flatMap(PeopleRoutes::picture).orElse(null), notes.follows(person), person.equals(meetup.self()),
        meetup.people().shown(person).stream().map(TopicId::toString).toList());
  }

  private static DeviceId person(Call call) {
    return GroupRoutes.person(call.path("id"));
  }

  private People.Person name(Call call) {
    var petname = Call.required(call.read(People.Name.class).petname(), "petname").strip();
    var checked = petname.isEmpty() ? null : new MemberProfile(petname).nickname();
    notes.name(person(call), checked);
    return shown(person(call));
  }

  private People.Person follow(Call call) {
    var person = person(call);
    if (person.equals(meetup.self())) {
      throw PublicException.invalid("this is you");
    }
    notes.follow(person, true);
    following.want(person);
    return shown(person);
  }

  private People.Person unfollow(Call call) {
    notes.follow(person(call), false);
    return shown(person(call));
  }

  private People.Found find(Call call) {
    var tags = tags(List.of(Call.required(call.read(People.Find.class).tag(), "tag")));
    if (tags.isEmpty()) {
      throw PublicException.invalid("the field 'tag' is empty");
    }
    var found = meetup.people().find(tags.getFirst(), notes.followed());
    return new People.Found(
        found.people().entrySet().stream().map(one -> shown(one.getKey(), Optional.of(one.getValue()))).toList(),
        found.groups().stream().map(groups::shown).toList(), found.events().stream().map(events::summary).toList());
  }
}
