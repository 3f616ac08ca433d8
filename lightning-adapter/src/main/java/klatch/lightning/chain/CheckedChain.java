package klatch.lightning.chain;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.locks.ReentrantLock;
import klatch.lightning.Network;
import klatch.lightning.chain.HeaderTree.Node;
import org.jspecify.annotations.Nullable;

/**
 * The chain as one source tells it, and only what can be checked of it: proof of work, links, difficulty, heights, the
 * transactions of each block. Of two chains it keeps to the one with more work, over restarts too. What it cannot know is
 * whether the source keeps a better chain to itself. Thread-safe.
 */
final class CheckedChain implements AutoCloseable {
  /** A year of blocks: so long may a node have been away. */
  private static final int MOST_FRESH = 60_000;
  private static final String NO_BLOCK = "0".repeat(64);

  private final ChainSource source;
  private final HeaderRules rules;
  private final Optional<HeaderFile> file;
  private final Duration atMostEvery;
  private final Optional<Duration> frozenAfter;
  private final InstantSource clock;
  /** For asking the source and for changing the tree. */
  private final ReentrantLock asking = new ReentrantLock();
  private volatile @Nullable HeaderTree tree;
  private volatile @Nullable ChainTrouble trouble;
  private volatile @Nullable ChainTrouble blockTrouble;
  private volatile Instant lastFresh;
  private boolean rightNetwork;
  private long askedNanos;
  private boolean asked;

  /**
   * @param headers     where the last headers are kept over restarts; empty for nowhere
   * @param atMostEvery how often the source is asked for a new tip
   * @param frozenAfter how long there may be no new block; empty where nobody mines unless asked to
   */
  CheckedChain(ChainSource source, Network network, Optional<Path> headers, Duration atMostEvery,
      Optional<Duration> frozenAfter, InstantSource clock) {
    this.source = source;
    this.rules = HeaderRules.of(network);
    this.file = headers.map(HeaderFile::new);
    this.atMostEvery = atMostEvery;
    this.frozenAfter = frozenAfter;
    this.clock = clock;
    this.lastFresh = clock.instant();
    file.flatMap(kept -> kept.read(rules)).ifPresent(read -> tree = read);
  }

  ChainSource source() {
    return source;
  }

  Network network() {
    return rules.network();
  }

  /** What is wrong with the source, as far as was seen. */
  Optional<ChainTrouble> trouble() {
    ChainTrouble found = trouble == null ? blockTrouble : trouble;
    HeaderTree known = tree;
    Duration since = Duration.between(lastFresh, clock.instant());
    if (found == null && known != null && frozenAfter.isPresent() && since.compareTo(frozenAfter.get()) > 0) {
      return Optional.of(new ChainTrouble.Frozen(source.name(), known.best().height(), since));
    }
    return Optional.ofNullable(found);
  }

  /** The end of the best chain, asked for anew unless that was just done. */
  Node tip() {
    asking.lock();
    try {
      HeaderTree known = tree;
      if (known == null || trouble != null || !asked || System.nanoTime() - askedNanos >= atMostEvery.toNanos()) {
        refresh();
        asked = true;
        askedNanos = System.nanoTime();
      }
      return tree().best();
    } finally {
      asking.unlock();
    }
  }

  private HeaderTree tree() {
    HeaderTree known = tree;
    if (known == null) {
      throw new IllegalStateException("no tip was ever asked for");
    }
    return known;
  }

  private void refresh() {
    try {
      if (!rightNetwork) {
        checkNetwork();
      }
      ChainSource.Tip tip = source.tip();
      if (tree == null) {
        begin(tip);
      } else {
        follow(tree(), tip);
      }
      trouble = null;
    } catch (ChainTroubleException e) {
      trouble = e.trouble();
      // It may be another one that answers next.
      rightNetwork = false;
      throw e;
    }
  }

  private void checkNetwork() {
    String genesis = source.genesis();
    if (!genesis.equals(rules.genesis())) {
      throw new ChainTroubleException(
          new ChainTrouble.WrongNetwork(source.name(), rules.network().label(), genesis));
    }
    rightNetwork = true;
  }

  private ChainTroubleException notBelieved(String what) {
    return new ChainTroubleException(new ChainTrouble.False(source.name(), what));
  }

  /** The first tip is believed, as far as it can be checked by itself: its work, and its height by what its miner says. */
  private void begin(ChainSource.Tip tip) {
    BlockHeader header = fetched(tip.hash());
    if (header.work().compareTo(rules.leastWork()) < 0) {
      throw notBelieved("its blocks have far less work than those of " + rules.network().label());
    }
    if (tip.height() > 0) {
      byte[] block = source.block(tip.hash());
      BlockCheck.wrong(tip.hash(), block).ifPresent(wrong -> {
        throw notBelieved(wrong);
      });
      checkHeight(tip, BlockCheck.height(block).orElse(-1));
    }
    HeaderTree fresh = new HeaderTree(rules, header, tip.height());
    file.ifPresent(kept -> kept.write(fresh, List.of()));
    tree = fresh;
    lastFresh = clock.instant();
  }

  private void checkHeight(ChainSource.Tip tip, int height) {
    if (tip.height() != height) {
      throw notBelieved("it calls block " + tip.hash() + " number " + tip.height() + ", and it is number " + height);
    }
  }

  private void follow(HeaderTree known, ChainSource.Tip tip) {
    if (known.node(tip.hash()).isEmpty()) {
      List<BlockHeader> branch = branch(known, tip);
      known.add(branch).ifPresent(wrong -> {
        throw notBelieved(wrong);
      });
      file.ifPresent(kept -> kept.write(known, branch));
      if (known.best().header().hash().equals(tip.hash())) {
        lastFresh = clock.instant();
      }
    }
    Node end = known.node(tip.hash()).orElseThrow();
    checkHeight(tip, end.height());
    Node best = known.best();
    if (!end.is(best) && known.inBest(end)) {
      throw new ChainTroubleException(new ChainTrouble.Behind(source.name(), end.height(), best.height()));
    }
    if (end.work().compareTo(best.work()) < 0) {
      throw new ChainTroubleException(new ChainTrouble.Weaker(source.name(), end.height()));
    }
  }

  /** From the tip down to what is known, the oldest first. */
  private List<BlockHeader> branch(HeaderTree known, ChainSource.Tip tip) {
    List<BlockHeader> branch = new ArrayList<>();
    String hash = tip.hash();
    while (known.node(hash).isEmpty()) {
      if (tip.height() - branch.size() <= known.bottom().height()) {
        throw notBelieved(
            "its chain (block " + tip.height() + ") is not the one that this node has been on: they have no "
                + "block in common from " + known.bottom().height() + " to " + known.best().height());
      }
      if (branch.size() == MOST_FRESH) {
        throw notBelieved("it claims more than " + MOST_FRESH + " new blocks");
      }
      BlockHeader header = fetched(hash);
      branch.add(header);
      hash = header.previous();
    }
    return branch.reversed();
  }

  /** A header, checked by itself. */
  private BlockHeader fetched(String hash) {
    BlockHeader header;
    try {
      header = BlockHeader.of(source.header(hash));
    } catch (IllegalArgumentException e) {
      throw notBelieved("for block " + hash + " it gave a header that is none");
    }
    if (!header.hash().equals(hash)) {
      throw notBelieved("asked for the header of block " + hash + " it gave that of another one");
    }
    rules.wrong(header, clock.instant()).ifPresent(wrong -> {
      throw notBelieved(wrong);
    });
    return header;
  }

  /** A header of the chain, or of one that was left; empty if there is none. Old ones are dug for, block by block. */
  Optional<Node> header(String hash) {
    if (tree == null) {
      tip();
    }
    Optional<Node> known = tree().node(hash);
    if (known.isPresent() || NO_BLOCK.equals(hash)) {
      return known;
    }
    asking.lock();
    try {
      HeaderTree all = tree();
      if (!isBelow(all, hash)) {
        Optional<Integer> height = source.height(hash);
        if (height.isEmpty()) {
          return Optional.empty();
        }
        while (all.bottom().height() > Math.max(height.get(), 0) + 1) {
          dig(all);
        }
      }
      if (isBelow(all, hash)) {
        dig(all);
      }
      return all.node(hash);
    } finally {
      asking.unlock();
    }
  }

  private static boolean isBelow(HeaderTree all, String hash) {
    return all.bottom().header().previous().equals(hash);
  }

  private void dig(HeaderTree all) {
    BlockHeader header = fetched(all.bottom().header().previous());
    Node node = all.dig(header);
    if (node.height() == 0 && !header.hash().equals(rules.genesis())) {
      throw notBelieved("its chain does not begin with the first block of " + rules.network().label());
    }
  }

  /** A block of which the header is known, with the transactions that belong to it. */
  byte[] block(String hash) {
    try {
      byte[] block = source.block(hash);
      BlockCheck.wrong(hash, block).ifPresent(wrong -> {
        throw notBelieved(wrong);
      });
      blockTrouble = null;
      return block;
    } catch (ChainTroubleException e) {
      blockTrouble = e.trouble();
      throw e;
    }
  }

  String send(String transaction) {
    return source.send(transaction);
  }

  JsonNode sendTogether(List<String> transactions) {
    return source.sendTogether(transactions);
  }

  OptionalDouble satPerVbyte(int blocks) {
    return source.satPerVbyte(blocks);
  }

  @Override
  public void close() {
    source.close();
  }
}
