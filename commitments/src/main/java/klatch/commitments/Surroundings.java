package klatch.commitments;

import java.time.InstantSource;
import klatch.commitments.journal.CommitmentStore;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.LogStore;
import klatch.meetup.Meetup;

/** What the money engine of one node stands on; it owns none of it. */
public record Surroundings(Ed25519Key key, LogStore log, Meetup meetup, Lightning lightning, CommitmentStore store,
    InstantSource clock, KillPoint killPoint) {
  public Surroundings(Ed25519Key key, LogStore log, Meetup meetup, Lightning lightning, CommitmentStore store,
      InstantSource clock) {
    this(key, log, meetup, lightning, store, clock, KillPoint.NONE);
  }

  DeviceId self() {
    return DeviceId.of(key);
  }
}
