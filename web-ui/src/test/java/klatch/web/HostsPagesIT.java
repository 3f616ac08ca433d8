package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The organiser's desk, shared. */
final class HostsPagesIT extends PagesFixture {
  @Test
  void somebodyIsTakenOutOfAPrivateGroupAndAnotherLeavesOneOnceTheirSeatIsGivenBack() {
    var event = eventWithBen("");
    anna.post("/groups", "{\"name\":\"Secret tea\",\"invitedOnly\":true}");
    var inner = group("Secret tea");
    ben.post("/profile", "{\"nickname\":\"Ben\"}");
    ben.post("/groups/join", anna.get("/groups/" + inner + "/invite").body().toString()
        .replaceAll(".*(\"invite\":\"[^\"]+\").*", "{$1}"));
    var host = named(anna, "Anna");
    host.eval("location.hash = '#/g/" + inner + "'");
    host.sees("Who is in it").sees("Ben");
    good(host, "group-private");
    host.press("Take out …").press("Take them out");
    host.until("!document.querySelector('main').innerText.includes('Ben')");
    assertThat(anna.get("/groups").body().findValue("admitted")).hasSize(1);

    var tea = group("Tea");
    var guest = named(ben, "Ben");
    guest.press("Tea").sees("Leave this group");
    good(guest, "group");
    guest.press("Leave …").press("Leave the group").sees("Give your seat back first.").press("No, go back");
    ben.post("/events/" + event + "/withdraw", "");
    Awaitility.await().until(
        () -> ben.get("/events/" + event).body().at("/summary/yourSeat").asText().equals("withdrawn"));
    guest.press("Leave …").press("Leave the group");
    Awaitility.await().untilAsserted(() -> assertThat(ben.get("/events").body().path("events")).isEmpty());
    assertThat(ben.get("/groups").body().path("groups").findValuesAsText("id")).doesNotContain(tea);
    assertThat(anna.post("/groups/" + tea + "/leave", "").message()).contains("founded");
  }

  private String group(String name) {
    for (var one : anna.get("/groups").body().path("groups")) {
      if (one.path("name").asText().equals(name)) {
        return one.path("id").asText();
      }
    }
    throw new AssertionError("no group " + name);
  }

  @Test
  void aCoHostIsNamedGivesASeatOfTheirOwnHandsTheRestBackAndIsOneNoLonger() {
    var cem = node("cem");
    var event = eventWithBen("");
    var invite = anna.get("/events/" + event + "/invite").body().path("invite").asText();
    var host = named(anna, "Anna");
    var coHost = named(ben, "Ben");
    host.eval("location.hash = '#/e/" + event + "/organise'");
    host.sees("Nobody else so far.").sees("Ben").press("Make co-host").sees("has no seats of their own to give");
    var seats = "seats-" + ben.get("/status").body().path("person").asText().substring(0, 8);
    host.fill(seats, "19").press("Hand over").sees("holds 19 seats, 0 given");
    good(host, "hosts");

    cem.post("/profile", "{\"nickname\":\"Cem\"}");
    cem.post("/groups/join", "{\"invite\":\"" + invite + "\"}");
    Awaitility.await().until(() -> cem.post("/events/" + event + "/rsvp", "").status() == 200);
    coHost.eval("location.hash = '#/e/" + event + "/organise'");
    coHost.sees("holds 19 seats, 0 given").sees("Cem").press("Give a seat").sees("holds 19 seats, 1 given");
    Awaitility.await().until(
        () -> cem.get("/events/" + event).body().at("/summary/yourSeat").asText().equals("confirmed"));
    good(coHost, "co-host");
    coHost.press("Hand back the 18 free seats").sees("holds 1 seat, 1 given");

    host.sees("holds 1 seat, 1 given").press("Take this back …").press("No longer co-host")
        .sees("Nobody else so far.");
    assertThat(anna.get("/groups").body().at("/groups/0/coHosts")).isEmpty();
    Awaitility.await().until(() -> !ben.get("/events/" + event).body().path("youHost").asBoolean());
    assertThat(cem.get("/events/" + event).body().at("/summary/yourSeat").asText()).isEqualTo("confirmed");
  }
}
