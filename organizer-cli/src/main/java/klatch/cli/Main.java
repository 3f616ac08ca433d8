package klatch.cli;

/** Where the {@code klatch} command begins. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Commands.of(Main::start).execute(args));
  }

  /** The node, told to stop in order when the process is. */
  private static RunningNode start(NodeOptions options) {
    var node = Node.start(options);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(node::close));
    return node;
  }
}
