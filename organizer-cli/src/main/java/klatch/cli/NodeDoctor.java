package klatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.NoNodeException;
import klatch.cli.terminal.Words;
import klatch.lightning.lnd.LndDoctor.Finding;
import klatch.lightning.lnd.LndDoctor.Verdict;
import klatch.web.wire.NodeStatus;

/** Examines the node that runs here, by what it says of itself, and the folder that it keeps its things in. */
final class NodeDoctor {
  /** An evening of 500 guests takes a tenth of it. */
  private static final long LITTLE_SPACE_BYTES = 1L << 30;
  /** PostgreSQL wants to write ahead, and a node whose disk is full stops. */
  private static final long NO_SPACE_BYTES = 200L << 20;
  private static final int BYTES_PER_MIB_SHIFT = 20;

  private final List<Finding> findings = new ArrayList<>();

  private NodeDoctor() {}

  static List<Finding> examine(Path dataDir) {
    var doctor = new NodeDoctor();
    doctor.space(dataDir);
    try {
      doctor.node(ApiClient.of(dataDir).get("/status", NodeStatus.class));
    } catch (NoNodeException | ApiRefusedException e) {
      doctor.add(Verdict.BAD, "node", String.valueOf(e.getMessage()));
    }
    return List.copyOf(doctor.findings);
  }

  private void add(Verdict verdict, String what, String words) {
    findings.add(new Finding(verdict, what, words));
  }

  private void space(Path dataDir) {
    if (!Files.isDirectory(dataDir)) {
      add(Verdict.BAD, "folder", dataDir + " is not there: ./klatch up makes it at the first start");
      return;
    }
    if (!Files.isWritable(dataDir)) {
      add(Verdict.BAD, "folder", dataDir + " cannot be written to: give it to the user that runs the node");
      return;
    }
    try {
      long free = Files.getFileStore(dataDir).getUsableSpace();
      add(spaceVerdict(free), "disk",
          String.format(Locale.ROOT, "%,d MiB free at %s", free >> BYTES_PER_MIB_SHIFT, dataDir)
              + (free < LITTLE_SPACE_BYTES ? ": make room, a node stops when nothing is left" : ""));
    } catch (IOException e) {
      add(Verdict.DOUBTFUL, "disk", "the free space at " + dataDir + " cannot be told: " + e.getMessage());
    }
  }

  static Verdict spaceVerdict(long freeBytes) {
    if (freeBytes < NO_SPACE_BYTES) {
      return Verdict.BAD;
    }
    return freeBytes < LITTLE_SPACE_BYTES ? Verdict.DOUBTFUL : Verdict.GOOD;
  }

  private void node(NodeStatus status) {
    add(Verdict.GOOD, "node", "Klatch " + status.version() + " on " + status.network()
        + (status.nickname() == null ? "" : ", you are " + status.nickname()));
    if (status.peers().isEmpty()) {
      add(Verdict.DOUBTFUL, "peers",
          "none now: what you write waits here until one comes; an invite tells others where you"
              + " are (./klatch event invite EVENT)");
    } else {
      add(Verdict.GOOD, "peers", status.peers().size() + " connected");
    }
    var lightning = status.lightning();
    if (lightning == null) {
      add(Verdict.BAD, "Lightning",
          "none: meetups work, deposits need klatch up --bitcoind-url, --esplora or --lightning lnd");
      return;
    }
    lightning(lightning);
  }

  private void lightning(NodeStatus.Lightning lightning) {
    if (lightning.chain() == null) {
      add(Verdict.GOOD, "chain", "at block " + lightning.height());
    } else {
      add(Verdict.BAD, "chain", lightning.chain());
    }
    long usable = lightning.channels().stream().filter(NodeStatus.Channel::usable).count();
    if (lightning.channels().isEmpty()) {
      add(Verdict.BAD, "channels", "none: others open one to " + lightning.nodeId() + "@" + lightning.address()
          + ", or buy one (./klatch channel buy PEER SAT)");
      return;
    }
    add(usable == lightning.channels().size() ? Verdict.GOOD : Verdict.DOUBTFUL, "channels",
        usable + " of " + lightning.channels().size() + " can be used now");
    var room = lightning.room();
    add(room.advice().isEmpty() ? Verdict.GOOD : Verdict.BAD, "room", room.advice().isEmpty()
        ? "deposits of up to " + Words.sat(room.toHoldMsat()) + " together, " + room.slots() + " at once"
        : room.advice());
    var reserve = lightning.reserve();
    if (reserve != null && !reserve.advice().isEmpty()) {
      add(Verdict.DOUBTFUL, "reserve", reserve.advice());
    }
  }
}
