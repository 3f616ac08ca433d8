package klatch.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import klatch.cli.node.Node;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.lightning.LdkLightning;

/** The attendees' nodes, all in this process; any of them may be killed while others ask it something. */
final class Attendees implements AutoCloseable {
  private static final int STARTED_AT_ONCE = 4;

  private final IntFunction<Node> start;
  private final List<Node> nodes = new ArrayList<>();
  /** Asking a node excludes killing it, so that whoever asks finds it alive. */
  private final List<ReadWriteLock> lives = new ArrayList<>();

  /** @param start starts the node of an attendee, counted from 1, on what it has stored */
  Attendees(IntFunction<Node> start) {
    this.start = start;
  }

  /** Starts so many, a few at a time. */
  void start(int count) throws InterruptedException, ExecutionException {
    try (var starters = Executors.newFixedThreadPool(STARTED_AT_ONCE)) {
      var started = new ArrayList<Future<Node>>();
      for (int i = 1; i <= count; i++) {
        var number = i;
        started.add(starters.submit(() -> start.apply(number)));
      }
      for (var node : started) {
        nodes.add(node.get());
        lives.add(new ReentrantReadWriteLock());
      }
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  /** Asks a node, which lives as long as it takes: keep it short. From any thread. */
  <T> T ask(int attendee, Function<Node, T> question) {
    var life = lives.get(attendee).readLock();
    life.lock();
    try {
      return question.apply(nodes.get(attendee));
    } finally {
      life.unlock();
    }
  }

  /** Ends a node in order and starts it again. */
  void reopen(int attendee) {
    again(attendee, Node::close);
  }

  /** Ends a node with its money as a crash would leave it, and starts it again. From any thread. */
  void kill(int attendee) {
    again(attendee, Node::kill);
  }

  private void again(int attendee, Consumer<Node> end) {
    var life = lives.get(attendee).writeLock();
    life.lock();
    try {
      end.accept(nodes.get(attendee));
      nodes.set(attendee, start.apply(attendee + 1));
    } finally {
      life.unlock();
    }
  }

  /** The Lightning node of one that nobody kills. */
  LdkLightning lightning(int attendee) {
    return lightning(nodes.get(attendee));
  }

  static LdkLightning lightning(Node node) {
    return node.money().orElseThrow().lightning();
  }

  /** Their open channels, attendee by attendee. */
  List<List<Lightning.Channel>> channels() {
    return each(node -> lightning(node).status().channels());
  }

  /** What each owns in its channels now. */
  List<Msat> balances() {
    return each(node -> lightning(node).status().balance());
  }

  <T> List<T> each(Function<Node, T> question) {
    var answers = new ArrayList<T>();
    for (int i = 0; i < nodes.size(); i++) {
      answers.add(ask(i, question));
    }
    return answers;
  }

  @Override
  public void close() {
    for (var node : nodes) {
      try {
        node.close();
      } catch (RuntimeException e) {
        System.err.println("klatch demo: an attendee's node did not close: " + e);
      }
    }
  }
}
