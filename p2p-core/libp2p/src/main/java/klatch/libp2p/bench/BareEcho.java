package klatch.libp2p.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * An echo over a TCP connection and nothing else, between two virtual threads of this process: what the JVM's sockets give, and with it the
 * least that an echo over a stream can take here.
 */
final class BareEcho {
  private BareEcho() {
  }

  /** Milliseconds for {@code bytes} there and back, the middle of {@code rounds} after as many to warm up. */
  static double p50Millis(int bytes, int rounds) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Future<Long> answered = threads.submit(() -> answer(server, bytes));
      double millis = threads.submit(() -> ask((InetSocketAddress) server.getLocalAddress(), bytes, rounds)).get();
      if (answered.get() < 2L * rounds) {
        throw new IOException("only " + answered.get() + " bare echoes answered");
      }
      return millis;
    } catch (ExecutionException e) {
      throw new IOException("the bare echo failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static long answer(ServerSocketChannel server, int bytes) throws IOException {
    try (SocketChannel channel = server.accept()) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      long count = 0;
      while (channel.read(buffer.clear()) >= 0) {
        write(channel, buffer.flip());
        count++;
      }
      return count;
    }
  }

  private static double ask(InetSocketAddress address, int bytes, int rounds) throws IOException {
    try (SocketChannel channel = SocketChannel.open(address)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      long[] nanos = new long[rounds];
      for (int i = -rounds; i < rounds; i++) {
        long begun = System.nanoTime();
        write(channel, buffer.clear());
        buffer.clear();
        while (buffer.hasRemaining()) {
          if (channel.read(buffer) < 0) {
            throw new EOFException("the bare echo ended");
          }
        }
        nanos[Math.max(i, 0)] = System.nanoTime() - begun;
      }
      Arrays.sort(nanos);
      return nanos[rounds / 2] / 1e6;
    }
  }

  private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
