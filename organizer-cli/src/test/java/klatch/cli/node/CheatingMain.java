package klatch.cli.node;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import klatch.cli.Commands;
import klatch.commitments.DepositState;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.commitments.Surroundings;
import klatch.commitments.journal.CommitmentStore;
import klatch.commitments.journal.HashUse;
import klatch.log.DeviceId;

/**
 * An organiser's build that cheats: the real node with a crooked Lightning node under its deposits. It takes the deposit of
 * the first person who comes while it says that it went back; of two others who are due a payout it gives one a false
 * receipt and never pays the other. It does not live through a restart.
 */
public final class CheatingMain {
  private CheatingMain() {}

  public static void main(String[] args) {
    System.exit(Commands.of(CheatingMain::start).execute(args));
  }

  private static RunningNode start(NodeOptions options) {
    var node = Node.start(options, CheatingMain::crooked);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(node::close));
    return node;
  }

  private static Surroundings crooked(Surroundings honest) {
    return new Surroundings(honest.key(), honest.log(), honest.meetup(),
        new Crook(honest.lightning(), honest.store()), honest.store(), honest.clock(), honest.killPoint());
  }

  private static final class Crook implements Lightning {
    private final Lightning honest;
    private final CommitmentStore store;
    private final Map<PaymentHash, Preimage> preimages = new HashMap<>();
    private final Map<PaymentId, Payment> pretended = new HashMap<>();
    private Optional<PaymentHash> stolen = Optional.empty();
    private Optional<DeviceId> robbed = Optional.empty();

    Crook(Lightning honest, CommitmentStore store) {
      this.honest = honest;
      this.store = store;
    }

    @Override
    public void watch(Consumer<LightningEvent> listener) {
      honest.watch(event -> {
        if (event instanceof LightningEvent.HtlcHeld(var hash, _, _)) {
          remember(hash);
        }
        if (!(event instanceof LightningEvent.HtlcCollected(var hash, _) && isStolen(hash))) {
          listener.accept(event);
        }
      });
    }

    private synchronized void remember(PaymentHash hash) {
      if (store.use(hash).orElse(null) instanceof HashUse.Deposit(var event, var person)
          && store.deposits(event).get(person) instanceof DepositState.Offered offered) {
        preimages.put(hash, offered.preimage());
      }
    }

    private synchronized boolean isStolen(PaymentHash hash) {
      return stolen.equals(Optional.of(hash));
    }

    @Override
    public synchronized void release(PaymentHash hash) {
      if (stolen.isEmpty() && store.use(hash).orElse(null) instanceof HashUse.Deposit(_, var person)) {
        stolen = Optional.of(hash);
        robbed = Optional.of(person);
      }
      if (stolen.equals(Optional.of(hash))) {
        honest.collect(Objects.requireNonNull(preimages.get(hash)));
      } else {
        honest.release(hash);
      }
    }

    @Override
    public synchronized Payment pay(PayRequest request) {
      var invoice = honest.decode(request.bolt11());
      boolean mayBeSkipped = store.use(invoice.hash()).orElse(null) instanceof HashUse.Payout payout
          && !robbed.equals(Optional.of(payout.person()));
      if (!mayBeSkipped || pretended.size() == 2) {
        return honest.pay(request);
      }
      return pretended.computeIfAbsent(request.id(), id -> pretended.isEmpty()
          ? new Payment.Sent(id, anyPreimage(), invoice.amount().orElseThrow(), Msat.ZERO)
          : new Payment.Pending(id));
    }

    private static Preimage anyPreimage() {
      var bytes = new byte[32];
      new SecureRandom().nextBytes(bytes);
      return new Preimage(bytes);
    }

    @Override
    public synchronized Optional<Payment> payment(PaymentId id) {
      return Optional.ofNullable(pretended.get(id)).or(() -> honest.payment(id));
    }

    @Override
    public NodeStatus status() {
      return honest.status();
    }

    @Override
    public Invoice holdInvoice(HoldRequest request) {
      return honest.holdInvoice(request);
    }

    @Override
    public Invoice invoice(Msat amount, String description, Duration expiry) {
      return honest.invoice(amount, description, expiry);
    }

    @Override
    public Invoice decode(String bolt11) {
      return honest.decode(bolt11);
    }

    @Override
    public void collect(Preimage preimage) {
      honest.collect(preimage);
    }

    @Override
    public List<HeldHtlc> held() {
      return honest.held();
    }

    @Override
    public Optional<Msat> quoteFee(Invoice invoice) {
      return honest.quoteFee(invoice);
    }

    @Override
    public void close() {
      honest.close();
    }
  }
}
