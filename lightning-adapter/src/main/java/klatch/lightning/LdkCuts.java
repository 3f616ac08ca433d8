package klatch.lightning;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import klatch.commitments.GroupCommit;
import klatch.commitments.LightningException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the node's cuts: rides in every commit, on the committer's thread, and asks for commits by a loop of its own. */
final class LdkCuts implements GroupCommit.Rider {
  private static final Logger LOG = LoggerFactory.getLogger(LdkCuts.class);
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration LAST_CUT_WAIT = Duration.ofSeconds(5);

  private final LdkNode node;
  private final GroupCommit commits;
  private final Thread loop;
  private volatile boolean abandoned;

  LdkCuts(LdkNode node, GroupCommit commits, String alias) {
    this.node = node;
    this.commits = commits;
    this.loop = Thread.ofPlatform().name("ldk-cuts-" + alias).daemon().unstarted(this::run);
  }

  void start() {
    loop.start();
  }

  private void run() {
    LdkNode.Dirty noted = new LdkNode.Dirty(0, false, false);
    while (!noted.stopped()) {
      noted = node.waitDirty(noted.version(), WAIT);
      if (noted.dirty()) {
        commits.wake();
      }
    }
  }

  @Override
  public Runnable board(Connection connection) throws SQLException {
    if (abandoned) {
      return LdkCuts::nothing;
    }
    LdkCut cut;
    try {
      cut = node.snapshot();
    } catch (LightningException e) {
      if (abandoned) {
        return LdkCuts::nothing;
      }
      throw e;
    }
    LdkStore.write(connection, cut);
    return () -> stored(cut);
  }

  private void stored(LdkCut cut) {
    try {
      node.persisted(cut.id());
    } catch (LightningException e) {
      if (!abandoned) {
        throw e;
      }
    }
  }

  private static void nothing() {
    // The node has ended: it has nothing more to store.
  }

  /** Nothing is stored any more. */
  void abandon() {
    abandoned = true;
  }

  /** Stores what there is, if that can be done soon. The node must have been stopped. */
  void close() {
    Thread last = Thread.ofVirtual().start(this::lastCut);
    try {
      last.join(LAST_CUT_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    abandon();
    join();
  }

  private void lastCut() {
    try {
      commits.write(connection -> {
      });
    } catch (RuntimeException e) {
      LOG.warn("{}: no last cut, the next start is as after a crash: {}", loop.getName(), e.getMessage());
    }
  }

  /** Waits for the loop, which ends when the node has been stopped. */
  void join() {
    try {
      loop.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
