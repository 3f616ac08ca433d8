package klatch.web;

import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.Admission;
import klatch.meetup.ByteString;
import klatch.meetup.Meetup;

/**
 * Shows the invites to private groups that this node's person has taken to those who can let them in, whenever one of them
 * is reached, until they are in.
 */
final class Knocking {
  private final Meetup meetup;
  private final Host host;
  private final Notes notes;

  Knocking(Meetup meetup, Host host, Notes notes) {
    this.meetup = meetup;
    this.host = host;
    this.notes = notes;
  }

  /** From now on, with each connection. */
  void begin() {
    host.onConnection(this::reached);
    host.connections().forEach(this::reached);
  }

  private void reached(Connection connection) {
    try {
      var peer = DeviceId.of(connection.remotePeer());
      notes.invites().forEach((group, invite) -> {
        if (peer.equals(invite.founderId()) || peer.equals(invite.inviterId())) {
          knock(group, invite, peer);
        }
      });
    } catch (MalformedMessageException e) {
      // A peer with a key of another kind is nobody's host.
    }
  }

  /** At everybody who can let this person in and is connected now. */
  void knock(TopicId group) {
    notes.invite(group).ifPresent(invite -> {
      knock(group, invite, invite.inviterId());
      if (!invite.founder().equals(invite.inviter())) {
        knock(group, invite, invite.founderId());
      }
    });
  }

  private void knock(TopicId group, Notes.Invited invite, DeviceId at) {
    if (!meetup.privateGroups().members(group).contains(meetup.self())) {
      Admission.ask(host, at.peerId(), group, ByteString.parse(invite.secret()));
    }
  }
}
