package klatch.libp2p;

import java.io.IOException;

/**
 * Serves one protocol. Called on a virtual thread of its own for every stream a peer opens. When it returns the stream is closed; when it
 * throws the stream is reset and nothing else is harmed.
 */
@FunctionalInterface
public interface StreamHandler {
  void handle(Stream stream) throws IOException, MalformedMessageException;
}
