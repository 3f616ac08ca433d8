package klatch.regtest.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The wire between two nodes: a port on loopback that passes bytes on to another one, until it is cut or stalled. Safe for any number of threads.
 */
final class Link implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int CONNECT_MILLIS = 5_000;

  private final Supplier<InetSocketAddress> target;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition flowing = lock.newCondition();
  private boolean cut;
  private boolean stalled;
  private boolean closed;

  /** @param target where the bytes go; asked for each new connection, and may throw if there is nobody just now */
  Link(Supplier<InetSocketAddress> target) {
    this.target = target;
    try {
      this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback: " + e.getMessage(), e);
    }
    Thread.ofVirtual().name("link " + server.getLocalPort()).start(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  /** Ends every connection, and refuses new ones until it is mended. */
  void cut() {
    set(() -> cut = true);
    closeAll();
  }

  void mend() {
    set(() -> cut = false);
  }

  /** Keeps connections open and passes nothing on. */
  void stall() {
    set(() -> stalled = true);
  }

  /** Passes on what has waited. */
  void resume() {
    set(() -> stalled = false);
  }

  private void set(Runnable change) {
    lock.lock();
    try {
      change.run();
      flowing.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean refuses() {
    lock.lock();
    try {
      return cut || closed;
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (true) {
      try {
        Socket from = server.accept();
        if (refuses()) {
          from.close();
        } else {
          Thread.ofVirtual().start(() -> join(from));
        }
      } catch (IOException e) {
        return;
      }
    }
  }

  private void join(Socket from) {
    try (from; Socket to = new Socket()) {
      sockets.add(from);
      sockets.add(to);
      to.connect(target.get(), CONNECT_MILLIS);
      from.setTcpNoDelay(true);
      to.setTcpNoDelay(true);
      if (refuses()) {
        return;
      }
      Thread back = Thread.ofVirtual().start(() -> pump(to, from));
      pump(from, to);
      back.join();
    } catch (IOException | IllegalStateException e) {
      // The node is not there; whoever dialled sees the end of the connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(from);
      sockets.removeIf(Socket::isClosed);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (from; to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0 && awaitFlow(); n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side is gone, so the other one goes too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitFlow() throws InterruptedException {
    lock.lock();
    try {
      while (stalled && !cut && !closed) {
        flowing.await();
      }
      return !cut && !closed;
    } finally {
      lock.unlock();
    }
  }

  private void closeAll() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is as good as closed.
      }
    }
  }

  @Override
  public void close() {
    set(() -> closed = true);
    try {
      server.close();
    } catch (IOException e) {
      // It accepts nothing any more.
    }
    closeAll();
  }
}
