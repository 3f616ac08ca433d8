package klatch.web;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.meetup.Meetup;
import klatch.meetup.guest.GuestKeyFile;
import klatch.meetup.guest.KeyArrival;
import klatch.web.wire.Guests;
import klatch.web.wire.PublicCode;

/** Takes the key of somebody who was a guest without a node: a node that has said nothing yet goes on as that person. */
record GuestKeyRoutes(Meetup meetup, Host host, NodeControl node) {
  /** A peer of the group is dialled, and sends a log of some dozen entries. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int CODE_BYTES = 32;

  void addTo(Routes routes) {
    routes.post("/guest-key", this::bring);
  }

  private Guests.Brought bring(Call call) {
    var request = call.read(Guests.Bring.class);
    var passphrase = Optional.ofNullable(request.passphrase()).filter(words -> !words.isEmpty());
    GuestKeyFile file;
    InviteCode invite;
    try {
      file = GuestKeyFile.parse(Call.required(request.text(), "text"));
      invite = InviteCode.parse(file.invite());
    } catch (MalformedMessageException e) {
      throw new PublicException(PublicCode.INVALID, String.valueOf(e.getMessage()), "no-guest-key");
    }
    if (!invite.group().equals(file.last().topic())) {
      throw new PublicException(PublicCode.INVALID, "the invite in this file is to another group than its log",
          "no-guest-key");
    }
    var key = opened(file, passphrase);
    read(file, invite);
    var nickname = meetup.nickname(file.last().topic(), file.person());
    var code = code();
    node.become(key, nickname, code);
    return new Guests.Brought(file.person().toString(), nickname.orElse(null), code);
  }

  private static Ed25519Key opened(GuestKeyFile file, Optional<String> passphrase) {
    return switch (file.open(passphrase)) {
      case GuestKeyFile.Opened.Key(var key) -> key;
      case GuestKeyFile.Opened.Not(var why) -> throw switch (why) {
        case NO_PASSPHRASE -> new PublicException(PublicCode.REFUSED,
            "this key is guarded by the passphrase that was chosen on the guests' page: give it too", "passphrase");
        case WRONG_PASSPHRASE -> new PublicException(PublicCode.REFUSED, "this is not the passphrase of this key",
            "wrong-passphrase");
      };
    };
  }

  /** Nothing is said by this key before all is here that it has said: a second entry of one place would shut it out. */
  private void read(GuestKeyFile file, InviteCode invite) {
    if (arrival(file) == KeyArrival.UNREAD) {
      node.want(invite.group());
      var silent = dialled(invite);
      if (!host.connections().isEmpty()) {
        awaitRead(file);
      }
      if (arrival(file) == KeyArrival.UNREAD) {
        throw new PublicException(PublicCode.UNAVAILABLE, "what this key has said is not here yet, and must be first:"
            + (silent.isEmpty() ? " no peer has sent it" : " nobody answers at " + String.join(", ", silent))
            + ". Join the host's network, or connect to somebody of the group, and try again", "log-unread");
      }
    }
    switch (arrival(file)) {
      case NOT_FRESH -> throw new PublicException(PublicCode.CONFLICT,
          "this node is somebody already: it has said something by a key of its own. Start one with a new --data-dir",
          "not-fresh");
      case ELSEWHERE -> throw new PublicException(PublicCode.CONFLICT,
          "this key is at another node already: two would contradict each other, and both be shut out",
          "key-elsewhere");
      case UNREAD -> throw new IllegalStateException("what was read is gone");
      case READY -> {
      }
    }
  }

  private KeyArrival arrival(GuestKeyFile file) {
    return node.arrival(file.person(), file.last());
  }

  private List<String> dialled(InviteCode invite) {
    var silent = new ArrayList<String>();
    for (var address : invite.addresses()) {
      try {
        if (address.peer().isPresent() && DeviceId.of(address.peer().get()).equals(meetup.self())) {
          continue;
        }
        node.keep(address);
        return List.of();
      } catch (Libp2pException | MalformedMessageException e) {
        silent.add(address.toString());
      }
    }
    return silent;
  }

  private void awaitRead(GuestKeyFile file) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (arrival(file) == KeyArrival.UNREAD && System.nanoTime() < until) {
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String code() {
    var bytes = new byte[CODE_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
