package klatch.web;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import klatch.libp2p.Connection;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.LogStore;
import klatch.log.TopicId;
import klatch.meetup.EventId;
import klatch.meetup.LastAsGuest;
import klatch.meetup.guest.GuestDesk;
import klatch.meetup.guest.KeyArrival;

/** What the API asks of the node as a whole. Thread-safe. */
public interface NodeControl {
  /** The Bitcoin network's name: regtest or signet. */
  String network();

  /** What is remembered for this node's person, and told to nobody. */
  Notes notes();

  /** Asks the peers for a topic from now on, until the node stops. */
  void want(TopicId topic);

  /**
   * Connects to a peer and keeps in sync with whoever is there from now on, also after a restart.
   *
   * @throws klatch.libp2p.DialException if nobody answers now; it is tried again by itself
   */
  Connection keep(Multiaddr address);

  /** Where Lightning peers reach this node, {@code host:port}; empty when it runs without Lightning. */
  Optional<String> lightningAddress();

  /** Calls the listener with the groups in which something new was stored, from now on. It must not block. */
  LogStore.Subscription follow(Consumer<Set<TopicId>> listener);

  /** At most so many of the entries that this person has signed: each topic's in their order. */
  List<Entry> ownEntries(int most);

  /** What serves guests without a node, for one event. */
  GuestDesk guests(EventId event);

  /** Whether this node may take a guest's key for its own, whose log at hosts' nodes ended with {@code last}. */
  KeyArrival arrival(DeviceId guest, LastAsGuest last);

  /**
   * Takes this key for the node's own, durably, and starts the node again with it soon after this returns.
   *
   * @param nickname what the person is called, if that is known
   * @param code     with which a page gets in then, once
   */
  void become(Ed25519Key key, Optional<String> nickname, String code);

  /** How it stands with the peers. */
  SyncState sync();

  /** Asks the node to stop, and returns at once. */
  void stop();
}
