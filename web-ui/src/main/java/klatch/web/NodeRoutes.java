package klatch.web;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import klatch.commitments.Lightning;
import klatch.commitments.LightningException;
import klatch.commitments.Room;
import klatch.libp2p.Host;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.meetup.Meetup;
import klatch.meetup.MemberProfile;
import klatch.web.wire.Groups;
import klatch.web.wire.NodeStatus;
import org.jspecify.annotations.Nullable;

/** The routes about the node itself. */
record NodeRoutes(Meetup meetup, Supplier<ApiParts.MoneyState> money, Host host, NodeControl node,
    InstantSource clock, NoticeBoard board) {

  void addTo(Routes routes) {
    routes.get("/status", _ -> status());
    routes.post("/peers", this::connect);
    routes.post("/shutdown", _ -> shutdown());
  }

  private NodeStatus status() {
    var self = host.id().toString();
    return new NodeStatus(Version.NUMBER, node.network(), self, meetup.self().toString(),
        meetup.people().own().map(MemberProfile::nickname).orElse(null),
        host.listenAddresses().stream().map(Multiaddr::toString).toList(),
        host.connections().stream().map(peer -> new NodeStatus.Peer(peer.remotePeer().toString(),
            peer.remoteAddress().toString())).toList(),
        clock.millis(), board.unseen(), lightningStatus());
  }

  /** A Lightning node that does not answer must not hide the rest of the status. */
  private NodeStatus.@Nullable Lightning lightningStatus() {
    if (!(money.get() instanceof ApiParts.MoneyState.Running(var running))) {
      return null;
    }
    try {
      var status = running.lightning().status();
      return new NodeStatus.Lightning(status.nodeId(), node.lightningAddress().orElse(""), status.height(),
          status.balance().value(), status.channels().stream().map(NodeRoutes::channel).toList(),
          room(Room.of(status)), running.treasury().reserve().orElse(null),
          running.treasury().chainTrouble().orElse(null));
    } catch (LightningException e) {
      return null;
    }
  }

  private static NodeStatus.Room room(Room room) {
    return new NodeStatus.Room(room.toHold().value(), room.slots(), room.toPay().value(), room.advice());
  }

  static NodeStatus.Channel channel(Lightning.Channel channel) {
    return new NodeStatus.Channel(channel.id(), channel.peer(), channel.capacity().value(), channel.ours().value(),
        channel.canSend().value(), channel.canReceive().value(), channel.usable(), channel.pendingHtlcs());
  }

  private Groups.Connected connect(Call call) {
    var text = Call.required(call.read(Groups.Connect.class).multiaddr(), "multiaddr");
    try {
      return new Groups.Connected(node.keep(Multiaddr.parse(text)).remotePeer().toString());
    } catch (MalformedMessageException e) {
      throw PublicException.invalid(String.valueOf(e.getMessage()));
    }
  }

  private Map<String, Boolean> shutdown() {
    node.stop();
    return Map.of("stopping", true);
  }
}
