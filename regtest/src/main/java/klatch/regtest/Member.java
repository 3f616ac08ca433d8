package klatch.regtest;

import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import klatch.lightning.LdkLightning;

/** A node of a network. */
public sealed interface Member {
  String name();

  /** 33 bytes as hex. */
  String nodeId();

  InetSocketAddress address();

  /** The block that it has followed the chain to. */
  int height();

  /** One that runs in this process. */
  record Owned(String name, LdkLightning lightning) implements Member {
    @Override
    public String nodeId() {
      return lightning.nodeId();
    }

    @Override
    public InetSocketAddress address() {
      return lightning.listenAddress();
    }

    @Override
    public int height() {
      return lightning.status().height();
    }
  }

  /**
   * One that runs elsewhere: it can be connected to, and that is all.
   *
   * @param reached asks it, by whatever way there is, for the height it has reached
   */
  record Foreign(String name, String nodeId, InetSocketAddress address, IntSupplier reached) implements Member {
    @Override
    public int height() {
      return reached.getAsInt();
    }
  }
}
