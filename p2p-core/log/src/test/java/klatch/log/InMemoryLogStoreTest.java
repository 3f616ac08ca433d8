package klatch.log;

import java.time.InstantSource;

class InMemoryLogStoreTest extends LogStoreContract {
  @Override
  LogStore open(InstantSource clock) {
    return new InMemoryLogStore(clock);
  }
}
