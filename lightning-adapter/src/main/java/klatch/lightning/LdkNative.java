package klatch.lightning;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C functions of the native library (docs/spec/ldk-binding.md), one method each. Every answer is a buffer of the
 * library's: eight bytes of length, then the bytes; it is copied and given back here, so nothing native gets out.
 */
@SuppressWarnings("restricted") // calling native code is what this class is for
final class LdkNative {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final long HEADER_LENGTH = 8;
  /** No answer is larger: a cut holds the node's whole state at most. */
  private static final long MAX_ANSWER_LENGTH = 1L << 30;

  private final MethodHandle start;
  private final MethodHandle call;
  private final MethodHandle nextEvent;
  private final MethodHandle eventHandled;
  private final MethodHandle waitDirty;
  private final MethodHandle snapshot;
  private final MethodHandle persisted;
  private final MethodHandle gossip;
  private final MethodHandle stop;
  private final MethodHandle drop;
  private final MethodHandle free;

  private static final class Loaded {
    static final LdkNative LIBRARY = new LdkNative();
  }

  /** The library, loaded once in a process. @throws LdkUnavailableException if it cannot be loaded */
  static LdkNative library() {
    try {
      return Loaded.LIBRARY;
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof LdkUnavailableException unavailable) {
        throw unavailable;
      }
      throw e;
    } catch (NoClassDefFoundError e) {
      throw new LdkUnavailableException("the Lightning library could not be loaded before in this process", e);
    }
  }

  private LdkNative() {
    SymbolLookup symbols;
    try {
      symbols = SymbolLookup.libraryLookup(LdkLibrary.locate(), Arena.global());
    } catch (IllegalArgumentException e) {
      throw new LdkUnavailableException("the Lightning library does not load; it needs glibc 2.34 or later", e);
    }
    start = function(symbols, "klatch_ldk_start", ValueLayout.ADDRESS, LONG, ValueLayout.ADDRESS, LONG);
    call = function(symbols, "klatch_ldk_call", LONG, ValueLayout.ADDRESS, LONG);
    nextEvent = function(symbols, "klatch_ldk_next_event", LONG, LONG);
    eventHandled = function(symbols, "klatch_ldk_event_handled", LONG, LONG);
    waitDirty = function(symbols, "klatch_ldk_wait_dirty", LONG, LONG, LONG);
    snapshot = function(symbols, "klatch_ldk_snapshot", LONG);
    persisted = function(symbols, "klatch_ldk_persisted", LONG, LONG);
    gossip = function(symbols, "klatch_ldk_gossip", LONG, ValueLayout.ADDRESS, LONG);
    stop = function(symbols, "klatch_ldk_stop", LONG);
    drop = function(symbols, "klatch_ldk_drop", LONG);
    free = Linker.nativeLinker().downcallHandle(symbol(symbols, "klatch_ldk_free"),
        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
  }

  private static MethodHandle function(SymbolLookup symbols, String name, ValueLayout... parameters) {
    return Linker.nativeLinker().downcallHandle(symbol(symbols, name),
        FunctionDescriptor.of(ValueLayout.ADDRESS, parameters));
  }

  private static MemorySegment symbol(SymbolLookup symbols, String name) {
    return symbols.find(name)
        .orElseThrow(() -> new LdkUnavailableException("the Lightning library is of another version: no " + name));
  }

  byte[] start(byte[] config, byte[] state) {
    try (Arena arena = Arena.ofConfined()) {
      return taken((MemorySegment) start.invokeExact(copied(arena, config), (long) config.length,
          copied(arena, state), (long) state.length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] call(long handle, byte[] request) {
    try (Arena arena = Arena.ofConfined()) {
      return taken((MemorySegment) call.invokeExact(handle, copied(arena, request), (long) request.length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Blocks the calling platform thread for up to the timeout. */
  byte[] nextEvent(long handle, long timeoutMillis) {
    try {
      return taken((MemorySegment) nextEvent.invokeExact(handle, timeoutMillis));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] eventHandled(long handle, long sequence) {
    try {
      return taken((MemorySegment) eventHandled.invokeExact(handle, sequence));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Blocks the calling platform thread for up to the timeout. */
  byte[] waitDirty(long handle, long seenVersion, long timeoutMillis) {
    try {
      return taken((MemorySegment) waitDirty.invokeExact(handle, seenVersion, timeoutMillis));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] snapshot(long handle) {
    try {
      return taken((MemorySegment) snapshot.invokeExact(handle));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] persisted(long handle, long cut) {
    try {
      return taken((MemorySegment) persisted.invokeExact(handle, cut));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] gossip(long handle, byte[] snapshot) {
    try (Arena arena = Arena.ofConfined()) {
      return taken((MemorySegment) gossip.invokeExact(handle, copied(arena, snapshot), (long) snapshot.length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] stop(long handle) {
    try {
      return taken((MemorySegment) stop.invokeExact(handle));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  byte[] drop(long handle) {
    try {
      return taken((MemorySegment) drop.invokeExact(handle));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static MemorySegment copied(Arena arena, byte[] bytes) {
    MemorySegment segment = arena.allocate(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  private byte[] taken(MemorySegment answer) throws Throwable {
    try {
      long length = answer.reinterpret(HEADER_LENGTH).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
      if (length < 0 || length > MAX_ANSWER_LENGTH) {
        throw new IllegalStateException("the Lightning library answered " + length + " bytes");
      }
      return answer.reinterpret(HEADER_LENGTH + length).asSlice(HEADER_LENGTH).toArray(ValueLayout.JAVA_BYTE);
    } finally {
      free.invokeExact(answer);
    }
  }

  /** A downcall throws nothing of its own; what comes through is a bug here. */
  private static RuntimeException impossible(Throwable e) {
    return switch (e) {
      case RuntimeException r -> r;
      case Error error -> throw error;
      default -> new IllegalStateException("call into the Lightning library", e);
    };
  }
}
