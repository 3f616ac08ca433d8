package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What people say of themselves, over two real nodes that sync on loopback. */
@Timeout(30)
final class PeopleRoutesIT {
  private final AtomicLong now = new AtomicLong(1_800_000_000_000L);
  private final List<AutoCloseable> open = new ArrayList<>();
  private final TestNode anna = new TestNode(now, Optional.empty());
  private final TestNode ben = new TestNode(now, Optional.empty());

  @BeforeEach
  void connect() throws Exception {
    open.addAll(List.of(anna.startSync(), ben.startSync(anna.address()), anna, ben));
  }

  @AfterEach
  void close() throws Exception {
    for (var part : open) {
      part.close();
    }
  }

  /** Noise, which no JPEG makes small. */
  static String jpeg(int width, int height) throws Exception {
    var random = new Random(1);
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", out);
    return Base64.getEncoder().encodeToString(out.toByteArray());
  }

  private static HttpResponse<byte[]> picture(TestNode node, String name, String token) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(URI.create(node.api.url() + LocalApi.ROOT + "/pictures/" + name))
          .header("Authorization", "Bearer " + token).build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @Test
  void aProfileIsServedWithItsPictureAsAPictureAndNothingElse() throws Exception {
    assertThat(anna.get("/profile").body().has("nickname")).isFalse();
    assertThat(anna.post("/profile", "{\"tags\":[\"go\"]}").message()).contains("'nickname' is missing");
    var face = jpeg(64, 64);
    var said = anna.post("/profile",
        "{\"nickname\":\" Anna \",\"tags\":[\"#Go\",\"tea\",\"go\"],\"picture\":\"" + face + "\"}").body();
    assertThat(said.path("nickname").asText()).isEqualTo("Anna");
    assertThat(said.path("tags")).extracting(tag -> tag.asText()).containsExactly("go", "tea");
    assertThat(anna.get("/profile").body()).isEqualTo(said);

    var served = picture(anna, said.path("picture").asText(), anna.api.token());
    assertThat(served.body()).isEqualTo(Base64.getDecoder().decode(face));
    assertThat(served.headers().firstValue("content-type")).hasValue("image/jpeg");
    assertThat(served.headers().firstValue("x-content-type-options")).hasValue("nosniff");
    assertThat(served.headers().firstValue("content-security-policy").orElse("")).contains("default-src 'none'")
        .contains("sandbox");
    assertThat(picture(anna, said.path("picture").asText(), "no token").statusCode()).isEqualTo(401);
    assertThat(anna.get("/pictures/" + "ab".repeat(32)).code()).isEqualTo("not_found");
    assertThat(anna.get("/pictures/etc").code()).isEqualTo("invalid");

    var renamed = anna.post("/profile", "{\"nickname\":\"Ann\"}").body();
    assertThat(renamed.path("picture")).as("what is left out stays").isEqualTo(said.path("picture"));
    assertThat(anna.post("/profile", "{\"picture\":\"\"}").body().has("picture")).isFalse();
  }

  @Test
  void whatIsNoSmallPictureIsRefusedWithTheReason() throws Exception {
    assertThat(anna.post("/profile", "{\"nickname\":\"Anna\",\"picture\":\"" + jpeg(500, 500) + "\"}").message())
        .contains("32768");
    var script = Base64.getEncoder()
        .encodeToString("<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8));
    assertThat(anna.post("/profile", "{\"nickname\":\"Anna\",\"picture\":\"" + script + "\"}").message())
        .contains("JPEG, PNG or WebP");
    assertThat(anna.post("/profile", "{\"nickname\":\"Anna\",\"picture\":\"%\"}").message()).contains("base64");
    assertThat(anna.get("/profile").body().has("nickname")).isFalse();
    assertThat(anna.post("/profile", "{\"nickname\":\"Anna\",\"tags\":[\"a b\"]}").code()).isEqualTo("invalid");
  }

  @Test
  void whoeverFollowsGetsTheProfileAndTheGroupsShownAndFindsThemByTag() throws Exception {
    anna.post("/profile", "{\"nickname\":\"Anna\",\"tags\":[\"go\"],\"picture\":\"" + jpeg(32, 32) + "\"}");
    var group = anna.post("/groups", "{\"name\":\"Go in the park\",\"tags\":[\"go\",\"outdoors\"]}").body().path("id")
        .asText();
    var person = "/people/" + anna.meetup.self();
    assertThat(ben.get(person).body().has("nickname")).isFalse();
    assertThat(ben.get("/groups").body().path("groups")).isEmpty();

    assertThat(ben.post(person + "/follow", "{}").body().path("followed").asBoolean()).isTrue();
    Awaitility.await().untilAsserted(() -> {
      assertThat(ben.get(person).body().path("nickname").asText()).isEqualTo("Anna");
      assertThat(ben.get("/groups").body().at("/groups/0/id").asText()).isEqualTo(group);
    });
    assertThat(ben.get("/groups").body().at("/groups/0/member").asBoolean()).isFalse();
    var name = ben.get(person).body().path("picture").asText();
    assertThat(picture(ben, name, ben.api.token()).statusCode()).isEqualTo(200);
    var found = ben.post("/find", "{\"tag\":\"#GO\"}").body();
    assertThat(found.at("/people/0/person").asText()).isEqualTo(anna.meetup.self().toString());
    assertThat(found.at("/groups/0/id").asText()).isEqualTo(group);
    assertThat(ben.post("/find", "{\"tag\":\" # \"}").code()).isEqualTo("invalid");

    ben.post("/profile", "{\"nickname\":\"Ben\"}");
    assertThat(ben.post("/groups/" + group + "/join", "{}").body().path("member").asBoolean()).isTrue();
    Awaitility.await().untilAsserted(
        () -> assertThat(anna.get("/groups").body().at("/groups/0/members").toString()).contains("\"Ben\""));
    var later = anna.post("/groups", "{\"name\":\"Tea\"}").body().path("id").asText();
    Awaitility.await().untilAsserted(() -> assertThat(ben.get("/groups").body().toString()).contains(later));
    assertThat(ben.post(person + "/unfollow", "{}").body().path("followed").asBoolean()).isFalse();
    assertThat(ben.get("/people").body().path("people")).isEmpty();
    assertThat(ben.post("/people/" + ben.meetup.self() + "/follow", "{}").message()).contains("this is you");
  }

  @Test
  void myOwnNameForSomebodyIsMineAlone() {
    anna.post("/profile", "{\"nickname\":\"Anna\"}");
    var person = "/people/" + ben.meetup.self();
    int before = anna.store.arrivals(0, 1_000).size();
    assertThat(anna.post(person + "/name", "{\"petname\":\" My brother \"}").body().path("petname").asText())
        .isEqualTo("My brother");
    assertThat(anna.get("/people").body().at("/people/0/petname").asText()).isEqualTo("My brother");
    assertThat(anna.store.arrivals(0, 1_000)).as("no entry says it").hasSize(before);
    assertThat(anna.post(person + "/name", "{\"petname\":\"a\\u202eb\"}").code()).isEqualTo("invalid");
    assertThat(anna.post(person + "/name", "{\"petname\":\"\"}").body().has("petname")).isFalse();
    assertThat(anna.get("/people").body().path("people")).isEmpty();
  }

  @Test
  void anEventIsShownWithThePictureThatItsHostChooses() throws Exception {
    anna.post("/groups", "{\"name\":\"Tea\"}");
    var event = "{\"title\":\"Cup\",\"zone\":\"UTC\",\"capacity\":9,\"startsAtMillis\":1800086400000,"
        + "\"endsAtMillis\":1800093600000,\"cover\":\"";
    assertThat(anna.post("/events", event + "AAAA\"}").message()).contains("JPEG, PNG or WebP");
    assertThat(anna.post("/events", event + jpeg(400, 400) + "\"}").message()).contains("60000");
    assertThat(anna.get("/events").body().path("events")).as("nothing was announced").isEmpty();
    var path = "/events/" + anna.post("/events", event + jpeg(160, 90) + "\"}").body().path("event").asText();
    var first = anna.get(path).body().at("/summary/cover").asText();
    assertThat(picture(anna, first, anna.api.token()).headers().firstValue("content-type")).hasValue("image/jpeg");
    assertThat(anna.post(path + "/edit", "{\"cover\":\"" + jpeg(80, 45) + "\"}").body().path("version").asInt())
        .as("no edit").isEqualTo(1);
    assertThat(anna.get(path).body().at("/summary/cover").asText()).hasSize(64).isNotEqualTo(first);
    anna.post(path + "/edit", "{\"cover\":\"\"}");
    assertThat(anna.get(path).body().path("summary").has("cover")).isFalse();
  }

  @Test
  void notesSurviveTheProcess() {
    var text = new ArrayList<String>();
    var keeper = new Notes.Keeper() {
      @Override
      public Optional<String> load() {
        return text.isEmpty() ? Optional.empty() : Optional.of(text.getLast());
      }

      @Override
      public void save(String next) {
        text.add(next);
      }
    };
    var notes = new Notes(keeper);
    notes.follow(anna.meetup.self(), true);
    notes.name(ben.meetup.self(), "Benno");
    var again = new Notes(keeper);
    assertThat(again.followed()).containsExactly(anna.meetup.self());
    assertThat(again.petname(ben.meetup.self())).hasValue("Benno");
    assertThat(again.petname(anna.meetup.self())).isEmpty();
    again.follow(anna.meetup.self(), false);
    assertThat(again.leftAlone(klatch.meetup.PersonTopic.of(anna.meetup.self()))).isTrue();
  }
}
