package klatch.log;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class PostgresLogStoreIT extends LogStoreContract {
  @TempDir
  static Path directory;
  private static Database database;

  @BeforeAll
  static void start() {
    database = Database.embedded(directory, "it_");
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Override
  LogStore open(InstantSource clock) {
    return new PostgresLogStore(database, clock);
  }
}
