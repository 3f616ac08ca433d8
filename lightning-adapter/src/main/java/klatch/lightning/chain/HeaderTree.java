package klatch.lightning.chain;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Headers that were checked, from one that was believed, the anchor, upwards; and downwards as far as somebody wanted to look.
 * The work is counted from the anchor. Changed under its owner's lock; read by any thread.
 */
final class HeaderTree {
  /** A reorganisation that undoes more is none that happens: somebody shows us a chain of his own. */
  static final int DEEPEST_REORGANISATION = 288;
  /** The anchor's: there must be room below it. */
  private static final BigInteger BASE_WORK = BigInteger.ONE.shiftLeft(128);

  /** @param work of the whole chain up to it, up to what the anchor counts for */
  record Node(BlockHeader header, int height, BigInteger work) {
    boolean is(Node other) {
      return header.hash().equals(other.header().hash());
    }
  }

  private final HeaderRules rules;
  private final Map<String, Node> nodes = new ConcurrentHashMap<>();
  private volatile Node best;
  private volatile Node bottom;

  HeaderTree(HeaderRules rules, BlockHeader anchor, int height) {
    this.rules = rules;
    Node node = new Node(anchor, height, BASE_WORK);
    this.best = node;
    this.bottom = node;
    nodes.put(anchor.hash(), node);
  }

  Optional<Node> node(String hash) {
    return Optional.ofNullable(nodes.get(hash));
  }

  /** The end of the chain with the most work; of two with the same, the one that came first. */
  Node best() {
    return best;
  }

  /** The lowest that is known. */
  Node bottom() {
    return bottom;
  }

  Collection<Node> from(int height) {
    return nodes.values().stream().filter(node -> node.height() >= height)
        .sorted(Comparator.comparingInt(Node::height)).toList();
  }

  /** Whether a node is in the chain that ends with {@link #best}. */
  boolean inBest(Node node) {
    return node.height() <= best.height() && ancestor(best, node.height()).is(node);
  }

  /**
   * Takes a chain of headers, each checked by itself, that begins after a known one; all of it or nothing.
   *
   * @param branch the oldest first
   * @return what is wrong with it
   */
  Optional<String> add(List<BlockHeader> branch) {
    Node parent = nodes.get(branch.getFirst().previous());
    if (parent == null) {
      throw new IllegalArgumentException("nobody knows the parent of " + branch.getFirst().hash());
    }
    Node fork = parent;
    while (!inBest(fork)) {
      fork = parent(fork);
    }
    if (best.height() - fork.height() > DEEPEST_REORGANISATION) {
      return Optional.of("it would undo " + (best.height() - fork.height()) + " blocks");
    }
    Node last = parent;
    for (BlockHeader header : branch) {
      if (!header.previous().equals(last.header().hash())) {
        return Optional.of("block " + header.hash() + " does not follow the one before it");
      }
      int height = last.height() + 1;
      Optional<String> wrong = rules.wrongAfter(header, last.header(), height);
      if (wrong.isPresent()) {
        return wrong;
      }
      last = new Node(header, height, last.work().add(header.work()));
    }
    last = parent;
    for (BlockHeader header : branch) {
      last = new Node(header, last.height() + 1, last.work().add(header.work()));
      nodes.put(header.hash(), last);
    }
    if (last.work().compareTo(best.work()) > 0) {
      best = last;
    }
    return Optional.empty();
  }

  /** Goes one block further down; the header's hash has been asked for by its child, so it is the parent. */
  Node dig(BlockHeader parent) {
    if (!bottom.header().previous().equals(parent.hash())) {
      throw new IllegalArgumentException(parent.hash() + " is not below " + bottom.header().hash());
    }
    Node node = new Node(parent, bottom.height() - 1, bottom.work().subtract(bottom.header().work()));
    nodes.put(parent.hash(), node);
    bottom = node;
    return node;
  }

  private Node parent(Node node) {
    Node parent = nodes.get(node.header().previous());
    if (parent == null) {
      throw new IllegalStateException("nothing is known below block " + node.height());
    }
    return parent;
  }

  private Node ancestor(Node from, int height) {
    Node node = from;
    while (node.height() > height) {
      node = parent(node);
    }
    return node;
  }
}
