package klatch.cli;

import java.util.Optional;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.node.RunningNode;

/** Where the {@code klatch} command begins. */
public final class Main {
  /** The process id of a program that started this node for itself: when it is gone, the node stops. */
  public static final String PARENT_PROPERTY = "klatch.parent";

  private Main() {}

  public static void main(String[] args) {
    System.exit(Commands.of(Main::start).execute(args));
  }

  /** The node, told to stop in order when the process is. */
  private static RunningNode start(NodeOptions options) {
    var node = Node.begin(options);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(node::close));
    Optional.ofNullable(Long.getLong(PARENT_PROPERTY)).flatMap(ProcessHandle::of)
        .ifPresent(parent -> Thread.ofVirtual().name("parent").start(() -> {
          parent.onExit().join();
          node.stop();
        }));
    return node;
  }
}
