package klatch.libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import klatch.libp2p.PeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a router in real time. The router is touched only under {@code lock}, by whichever thread has something for it: a step takes
 * microseconds and never blocks, so handing it to another thread would cost more. Signatures are checked outside, on the thread that read
 * the message, and validators run on threads of their own.
 */
final class RouterDriver implements RouterSink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RouterDriver.class);
  /** Validators at work at once; a message past it is ignored. */
  static final int VALIDATING = 256;
  /** The first heartbeat is early, so that a mesh forms soon. */
  private static final long FIRST_HEARTBEAT_MILLIS = 100;

  private final GossipsubRouter router;
  private final GossipsubOptions options;
  private final MessageSigning signing;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlier = lock.newCondition();
  private final Map<PeerId, PeerLink> links = new ConcurrentHashMap<>();
  private final Map<String, List<Subscriber>> subscribers = new ConcurrentHashMap<>();
  private final Map<String, Validator> validators = new ConcurrentHashMap<>();
  private final Semaphore validating = new Semaphore(VALIDATING);
  private final Thread clockwork;
  /** What the router asked for in the steps so far, to be done by the thread that made them; under {@code lock}. */
  private final ArrayDeque<Arrival> toAuthenticate = new ArrayDeque<>();
  private final ArrayDeque<Arrival> toValidate = new ArrayDeque<>();
  private long wakesAtMillis = Long.MAX_VALUE;

  RouterDriver(PeerId self, GossipsubOptions options, MessageSigning signing) {
    this.options = options;
    this.signing = signing;
    this.router = new GossipsubRouter(self, options.parameters(), options.scoring(), options.ids(),
        options.directPeers(), options.random(), this);
    this.clockwork = Thread.ofVirtual().name("gossipsub-heartbeat").unstarted(this::beat);
  }

  void start() {
    clockwork.start();
  }

  static long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  // ---- inputs ----

  /** One step of the router, and what it asked for. */
  <T> T step(Function<GossipsubRouter, T> input) {
    lock.lock();
    try {
      T result = input.apply(router);
      afterStep();
      return result;
    } finally {
      lock.unlock();
    }
  }

  void connected(PeerLink link, PubsubVersion version, boolean outbound, String ip) {
    links.put(link.peer(), link);
    step(r -> {
      r.connected(link.peer(), version, outbound, ip, nowMillis());
      return true;
    });
  }

  void disconnected(PeerLink link) {
    step(r -> {
      if (links.remove(link.peer(), link)) {
        r.disconnected(link.peer(), nowMillis());
      }
      return true;
    });
  }

  boolean ignores(PeerId peer) {
    return step(r -> r.ignores(peer));
  }

  /** Gives a peer's RPC to the router, and sees its new messages through; on the thread that read it. */
  void receive(PeerId peer, List<RpcPart> rpc) {
    ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
    lock.lock();
    try {
      router.receive(peer, rpc, nowMillis());
      takeArrivals(arrivals);
      afterStep();
    } finally {
      lock.unlock();
    }
    for (Arrival arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
      boolean good = signing.isGood(arrival.message());
      lock.lock();
      try {
        router.authenticated(arrival, good, nowMillis());
        takeArrivals(arrivals);
        afterStep();
      } finally {
        lock.unlock();
      }
    }
  }

  private void takeArrivals(ArrayDeque<Arrival> arrivals) {
    arrivals.addAll(toAuthenticate);
    toAuthenticate.clear();
  }

  /** Under the lock, behind every step. */
  private void afterStep() {
    for (Arrival arrival = toValidate.poll(); arrival != null; arrival = toValidate.poll()) {
      Validator validator = validators.get(arrival.message().topic());
      if (validator == null) {
        router.validated(arrival, Verdict.ACCEPT, nowMillis());
      } else if (validating.tryAcquire()) {
        Arrival asked = arrival;
        Thread.ofVirtual().name("gossipsub-validator").start(() -> validate(validator, asked));
      } else {
        router.validated(arrival, Verdict.IGNORE, nowMillis());
      }
    }
    if (router.nextDueMillis() < wakesAtMillis) {
      earlier.signal();
    }
  }

  private void validate(Validator validator, Arrival arrival) {
    Verdict verdict = Verdict.IGNORE;
    try {
      verdict = validator.validate(arrival.source(), arrival.message());
    } catch (RuntimeException e) {
      LOG.warn("the validator of {} failed", arrival.message().topic(), e);
    } finally {
      validating.release();
    }
    Verdict said = verdict;
    step(r -> {
      r.validated(arrival, said, nowMillis());
      return true;
    });
  }

  void validator(String topic, Validator validator) {
    validators.put(topic, validator);
  }

  void subscribe(String topic, Subscriber subscriber) {
    subscribers.computeIfAbsent(topic, key -> new CopyOnWriteArrayList<>()).add(subscriber);
  }

  void unsubscribeAll(String topic) {
    List<Subscriber> all = subscribers.remove(topic);
    if (all != null) {
      all.forEach(Subscriber::close);
    }
    validators.remove(topic);
  }

  // ---- time ----

  private void beat() {
    long heartbeatMillis = options.parameters().timing().heartbeatMillis();
    long next = nowMillis() + Math.min(FIRST_HEARTBEAT_MILLIS, heartbeatMillis);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        next = awaitAndBeat(next, heartbeatMillis);
      }
    } catch (InterruptedException e) {
      LOG.debug("the heartbeat ends");
    }
  }

  private long awaitAndBeat(long nextHeartbeat, long heartbeatMillis) throws InterruptedException {
    lock.lock();
    try {
      wakesAtMillis = Math.min(nextHeartbeat, router.nextDueMillis());
      for (long wait = wakesAtMillis - nowMillis(); wait > 0; wait = wakesAtMillis - nowMillis()) {
        earlier.await(wait, TimeUnit.MILLISECONDS);
        wakesAtMillis = Math.min(nextHeartbeat, router.nextDueMillis());
      }
      wakesAtMillis = Long.MIN_VALUE;
      long now = nowMillis();
      try {
        router.due(now);
        if (now >= nextHeartbeat) {
          router.heartbeat(now);
        }
        afterStep();
      } catch (RuntimeException e) {
        // A bug in one heartbeat must not leave the mesh without any.
        LOG.error("heartbeat", e);
      }
      // After a pause of the machine heartbeats are not made up for.
      return now >= nextHeartbeat
          ? Math.max(nextHeartbeat + heartbeatMillis, now + heartbeatMillis / 2)
          : nextHeartbeat;
    } finally {
      lock.unlock();
    }
  }

  // ---- outputs of the router, under the lock ----

  @Override
  public void send(PeerId peer, RpcPart part) {
    PeerLink link = links.get(peer);
    if (link != null && link.queue().offer(part) == SendQueue.Outcome.OVERFLOWED) {
      LOG.info("pubsub to {} is cut: it takes nothing of what it is sent", peer);
      link.cut();
    }
  }

  @Override
  public void cancel(PeerId peer, PubsubMessage message) {
    PeerLink link = links.get(peer);
    if (link != null) {
      link.queue().cancel(message);
    }
  }

  @Override
  public void authenticate(Arrival arrival) {
    toAuthenticate.add(arrival);
  }

  @Override
  public void validate(Arrival arrival) {
    toValidate.add(arrival);
  }

  @Override
  public void deliver(PubsubMessage message) {
    List<Subscriber> here = subscribers.get(message.topic());
    if (here != null) {
      here.forEach(subscriber -> subscriber.offer(message));
    }
  }

  @Override
  public void close() {
    clockwork.interrupt();
    links.values().forEach(PeerLink::close);
    List.copyOf(subscribers.keySet()).forEach(this::unsubscribeAll);
  }
}
