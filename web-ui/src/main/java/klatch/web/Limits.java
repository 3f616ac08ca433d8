package klatch.web;

import java.time.Duration;

/** Every bound on what a client may send. */
final class Limits {
  /** The largest request is an event with a long description; this is thirty of them. */
  static final int BODY_BYTES = 256 * 1024;
  /** What is read and thrown away of a body that is too large, so that the client sees the answer and no broken pipe. */
  static final int DISCARDED_BYTES = 1024 * 1024;
  /** One person with some browser tabs and commands; more at once is a mistake or an attack. */
  static final int CONCURRENT_REQUESTS = 64;
  /** Idle keep-alive connections included. */
  static final int CONNECTIONS = 256;
  /** A client that sends nothing for so long is cut off: a slow drip must not hold a connection for ever. */
  static final Duration IDLE = Duration.ofSeconds(30);
  /** Jetty's own default, stated: the request line and all header fields together. */
  static final int HEADER_BYTES = 8 * 1024;
  /** Connections without a request are closed so soon after the node began to stop. */
  static final Duration GOODBYE = Duration.ofMillis(50);
  /** Running requests get so long to end when the node stops. */
  static final Duration STOP = Duration.ofSeconds(5);

  private Limits() {}
}
