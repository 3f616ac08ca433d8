package klatch.commitments;

import java.time.InstantSource;
import java.util.Optional;
import klatch.commitments.journal.CommitmentStore;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.LogStore;
import klatch.meetup.Meetup;

/**
 * What the money engine of one node stands on; it owns none of it.
 *
 * @param addresses   where invoices for this person's Lightning address come from
 * @param withdrawUrl where wallets reach this node to withdraw payouts by code, without a slash at its end; empty if it
 *                    serves no codes
 * @param lightningClock by which invoices expire: in a rehearsal, {@code clock} jumps ahead of it
 */
public record Surroundings(Ed25519Key key, LogStore log, Meetup meetup, Lightning lightning, CommitmentStore store,
    InstantSource clock, KillPoint killPoint, PayAddresses addresses, Optional<String> withdrawUrl,
    InstantSource lightningClock) {
  public Surroundings(Ed25519Key key, LogStore log, Meetup meetup, Lightning lightning, CommitmentStore store,
      InstantSource clock, KillPoint killPoint) {
    this(key, log, meetup, lightning, store, clock, killPoint, PayAddresses.NONE, Optional.empty(), clock);
  }

  public Surroundings(Ed25519Key key, LogStore log, Meetup meetup, Lightning lightning, CommitmentStore store,
      InstantSource clock) {
    this(key, log, meetup, lightning, store, clock, KillPoint.NONE);
  }

  /** The same, with these ways for people without a Lightning node. */
  public Surroundings with(PayAddresses newAddresses, Optional<String> newWithdrawUrl) {
    return new Surroundings(key, log, meetup, lightning, store, clock, killPoint, newAddresses, newWithdrawUrl,
        lightningClock);
  }

  /** The same, with this journal. */
  Surroundings with(CommitmentStore newStore) {
    return new Surroundings(key, log, meetup, lightning, newStore, clock, killPoint, addresses, withdrawUrl,
        lightningClock);
  }

  /** The same, with invoices that expire by this clock. */
  public Surroundings with(InstantSource newLightningClock) {
    return new Surroundings(key, log, meetup, lightning, store, clock, killPoint, addresses, withdrawUrl,
        newLightningClock);
  }

  DeviceId self() {
    return DeviceId.of(key);
  }
}
