package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about groups and the people in them. */
public final class Groups {
  private Groups() {}

  /** {@code POST /groups}. */
  public record Create(String name, @Nullable String description) {}

  /** {@code POST /groups/join}. */
  public record Join(String invite) {}

  /** {@code POST /profile}: how this person is called from now on, in every group. */
  public record Profile(String nickname) {}

  /**
   * @param id      64 hex digits
   * @param name    absent while the group is followed but its founding has not arrived yet
   * @param founder the founder's person id
   * @param yours   whether this node's person founded it
   * @param coHosts persons whom the founder lets speak for its events
   * @param youHost whether this node's person may create and edit events of it
   */
  public record Group(String id, @Nullable String name, @Nullable String description, @Nullable String founder,
      boolean yours, List<Member> members, int events, List<String> coHosts, boolean youHost) {}

  /** {@code POST /groups/{id}/co-hosts} and {@code POST /groups/{id}/co-hosts/revoke}. */
  public record CoHost(String person) {}

  /** What there is after the request. */
  public record CoHosts(String group, List<String> coHosts) {}

  public record Member(String person, @Nullable String nickname) {}

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

  /** {@code POST /peers}. */
  public record Connect(String multiaddr) {}

  /** {@code POST /peers}. */
  public record Connected(String peerId) {}
}
