package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about groups and the people in them. */
public final class Groups {
  private Groups() {}

  /**
   * {@code POST /groups}.
   *
   * @param invitedOnly whether only those may have what is said in it whom a host has let in; left out: no
   */
  public record Create(String name, @Nullable String description, @Nullable List<String> tags,
      @Nullable Boolean invitedOnly) {}

  /**
   * {@code POST /groups/{id}/invite}: a new invite to a private group, which ends the one before.
   *
   * @param uses how many people it lets in; left out: 50
   * @param days for how long; left out: 30
   */
  public record Renew(@Nullable Integer uses, @Nullable Integer days) {}

  /** {@code POST /groups/{id}/members/remove}. */
  public record Remove(String person) {}

  /** {@code POST /groups/join}. */
  public record Join(String invite) {}

  /**
   * @param id      64 hex digits
   * @param name    absent while the group is followed but its founding has not arrived yet
   * @param founder the founder's person id
   * @param yours   whether this node's person founded it
   * @param coHosts persons whom the founder lets speak for its events
   * @param youHost whether this node's person may create and edit events of it
   * @param member  whether they have joined it; it is also here if somebody shows it whom they follow
   * @param invitedOnly whether it is private
   * @param admitted of a private group: who has been let in, hosts included
   */
  public record Group(String id, @Nullable String name, @Nullable String description, @Nullable String founder,
      boolean yours, List<Member> members, int events, List<String> coHosts, boolean youHost, List<String> tags,
      boolean member, boolean invitedOnly, @Nullable List<String> admitted) {}

  /** {@code POST /groups/{id}/co-hosts} and {@code POST /groups/{id}/co-hosts/revoke}. */
  public record CoHost(String person) {}

  /** What there is after the request. */
  public record CoHosts(String group, List<String> coHosts) {}

  /**
   * @param petname what this node's person calls them, known to nobody else
   * @param picture its name, for {@code GET /pictures/{name}}
   */
  public record Member(String person, @Nullable String nickname, @Nullable String petname,
      @Nullable String picture) {}

  /** {@code GET /groups}. */
  public record GroupList(List<Group> groups) {}

  /**
   * {@code GET /groups/{id}/invite} and {@code GET /events/{id}/invite}.
   *
   * @param invite one line to pass on
   * @param event  what it invites to, if it is one event
   */
  public record Invite(String group, String invite, @Nullable String event) {}

  /**
   * {@code POST /groups/join}: the group is followed in any case, also when nobody of it is reachable now.
   *
   * @param connectedTo the peers reached
   * @param warnings    addresses that did not answer, each with its reason
   * @param inviter     whose invite it was, as it says itself
   * @param event       what it invites to; it may not have arrived yet
   */
  public record Joined(String group, List<String> connectedTo, List<String> warnings, String inviter,
      @Nullable String event) {}

  /** {@code POST /groups/{id}/leave}. */
  public record Left(String group) {}

  /** {@code POST /peers}. */
  public record Connect(String multiaddr) {}

  /** {@code POST /peers}. */
  public record Connected(String peerId) {}
}
