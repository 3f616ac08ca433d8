package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.log.TopicId;
import klatch.meetup.Admission;
import klatch.meetup.ByteString;
import klatch.meetup.PersonTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets a private group's entries, over three real nodes that sync on loopback. */
@Timeout(45)
final class PrivateGroupsIT {
  private static final long NOON = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final AtomicLong now = new AtomicLong(NOON);
  private final TestNode anna = new TestNode(now, Optional.empty());
  private final TestNode ben = new TestNode(now, Optional.empty());
  private final TestNode mallory = new TestNode(now, Optional.empty());
  private final List<AutoCloseable> open = new ArrayList<>();
  private String group = "";
  private TopicId topic = new TopicId(new byte[TopicId.LENGTH]);

  /** Everybody is connected with everybody, and mallory wants the group, whose topic somebody has told her. */
  @BeforeEach
  void foundAPrivateGroup() throws Exception {
    open.addAll(List.of(anna.startSync(), ben.startSync(anna.address()),
        mallory.startSync(anna.address(), ben.address()), anna, ben, mallory));
    anna.post("/profile", "{\"nickname\":\"Anna\"}");
    group = anna.post("/groups", "{\"name\":\"Family\",\"invitedOnly\":true}").body().path("id").asText();
    topic = TopicId.parse(group);
    mallory.wanted.accept(topic);
  }

  @AfterEach
  void close() throws Exception {
    for (var part : open) {
      part.close();
    }
  }

  private String invite() {
    return anna.get("/groups/" + group + "/invite").body().path("invite").asText();
  }

  private void benJoins() {
    ben.post("/profile", "{\"nickname\":\"Ben\"}");
    ben.post("/groups/join", "{\"invite\":\"" + invite() + "\"}");
    Awaitility.await().untilAsserted(
        () -> assertThat(ben.get("/groups").body().at("/groups/0/name").asText()).isEqualTo("Family"));
    Awaitility.await().untilAsserted(
        () -> assertThat(anna.get("/groups").body().at("/groups/0/members").toString()).contains("\"Ben\""));
  }

  private String announce(String title) {
    return anna.post("/events", "{\"title\":\"" + title + "\",\"zone\":\"UTC\",\"capacity\":9,\"startsAtMillis\":"
        + (NOON + 24 * HOUR) + ",\"endsAtMillis\":" + (NOON + 26 * HOUR) + "}").body().path("event").asText();
  }

  /** When what {@code from} says in public now has reached {@code to}, so has all that was going to before. */
  private static void saysSomethingElse(TestNode from, TestNode to, String words) {
    to.wanted.accept(PersonTopic.of(from.meetup.self()));
    from.post("/profile", "{\"nickname\":\"" + words + "\"}");
    Awaitility.await().untilAsserted(() -> assertThat(to.meetup.people().profile(from.meetup.self())
        .map(klatch.meetup.MemberProfile::nickname)).hasValue(words));
  }

  @Test
  void aStrangersNodeThatAsksForAPrivateGroupsLogGetsNothing() {
    benJoins();
    var event = announce("Grandmother's birthday");
    Awaitility.await().until(() -> ben.get("/events/" + event).status() == 200);
    saysSomethingElse(anna, mallory, "Anna in public");
    saysSomethingElse(ben, mallory, "Ben in public");
    assertThat(mallory.store.heights(topic)).as("of a group that she asked both members for").isEmpty();
    assertThat(mallory.store.topics()).doesNotContain(topic);
    assertThat(mallory.get("/groups").body().path("groups")).isEmpty();
    assertThat(anna.get("/groups").body().at("/groups/0/admitted")).hasSize(2);
    assertThat(mallory.meetup.people().shown(anna.meetup.self())).as("nobody is shown it").isEmpty();
  }

  @Test
  void whatAStrangerSaysInAPrivateGroupIsNotTakenIn() {
    benJoins();
    mallory.meetup.joinGroup(topic, "Mallory");
    saysSomethingElse(mallory, anna, "Mallory in public");
    assertThat(anna.store.heights(topic)).doesNotContainKey(mallory.meetup.self());
  }

  @Test
  void onlyTheSecretLetsSomebodyInAndEveryNoIsTheSame() {
    Awaitility.await().until(() -> mallory.host.connection(anna.host.id()).isPresent());
    var peer = anna.host.id();
    assertThat(Admission.ask(mallory.host, peer, topic, ByteString.zeros(32))).isFalse();
    assertThat(Admission.ask(mallory.host, peer, new TopicId(new byte[32]), ByteString.zeros(32))).isFalse();
    invite();
    assertThat(Admission.ask(mallory.host, peer, topic, ByteString.zeros(32))).isFalse();
    assertThat(anna.get("/groups").body().at("/groups/0/admitted")).hasSize(1);
    assertThat(ben.get("/groups/" + group + "/invite").code()).isEqualTo("not_found");
  }

  @Test
  void whoIsTakenOutGetsNothingMoreOverAStreamThatIsOpen() {
    benJoins();
    var before = announce("Before");
    Awaitility.await().until(() -> ben.get("/events/" + before).status() == 200);
    var out = anna.post("/groups/" + group + "/members/remove", "{\"person\":\"" + ben.meetup.self() + "\"}");
    assertThat(out.body().path("admitted")).hasSize(1);
    var after = announce("After");
    ben.meetup.joinGroup(topic, "Ben, still here");
    saysSomethingElse(anna, ben, "Anna in public");
    saysSomethingElse(ben, anna, "Ben in public");
    assertThat(ben.get("/events/" + after).status()).isEqualTo(404);
    assertThat(ben.get("/events/" + before).status()).as("what he has he keeps").isEqualTo(200);
    assertThat(anna.meetup.nicknames(topic)).as("nor is anything of his taken in").containsEntry(ben.meetup.self(),
        "Ben");
  }

  @Test
  void anInviteTakenWhileNobodyIsThereLetsInAsSoonAsAHostIsAndIsToldToNobodyElse() throws Exception {
    var cem = new TestNode(now, Optional.empty());
    open.addFirst(cem);
    var sync = cem.startSync(mallory.address());
    open.addFirst(sync);
    var taken = InviteCode.parse(invite());
    var alone = new InviteCode(taken.group(), taken.founder(), taken.inviter(), null, taken.secret(), List.of());
    assertThat(cem.post("/groups/join", "{\"invite\":\"" + alone.text() + "\"}").body().path("connectedTo")).isEmpty();
    saysSomethingElse(cem, mallory, "Cem in public");
    assertThat(mallory.store.heights(topic)).as("what he said there waits for a member").isEmpty();
    assertThat(cem.get("/groups").body().path("groups")).isEmpty();

    sync.keep(anna.host.listenAddresses().getFirst());
    Awaitility.await().untilAsserted(
        () -> assertThat(cem.get("/groups").body().at("/groups/0/name").asText()).isEqualTo("Family"));
    Awaitility.await().untilAsserted(
        () -> assertThat(anna.store.heights(topic)).containsKey(cem.meetup.self()));
  }

  @Test
  void aNewInviteEndsTheOneThatWentAstray() {
    var astray = invite();
    assertThat(invite()).as("asked for again it is the same").isEqualTo(astray);
    var fresh = anna.post("/groups/" + group + "/invite", "{\"uses\":1,\"days\":2}").body().path("invite").asText();
    assertThat(fresh).isNotEqualTo(astray);
    mallory.post("/groups/join", "{\"invite\":\"" + astray + "\"}");
    assertThat(anna.get("/groups").body().at("/groups/0/admitted")).hasSize(1);
    assertThat(anna.post("/groups/" + group + "/invite", "{\"uses\":0}").code()).isEqualTo("invalid");
    assertThat(mallory.get("/groups").body().path("groups")).isEmpty();
  }
}
