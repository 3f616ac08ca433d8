package klatch.log;

import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The same contract on an external PostgreSQL; runs where Docker is. */
@Testcontainers(disabledWithoutDocker = true)
class TestcontainersPostgresLogStoreIT extends LogStoreContract {
  @Container
  private static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer("postgres:18");
  private static Database database;

  @BeforeAll
  static void connect() {
    String separator = POSTGRES.getJdbcUrl().contains("?") ? "&" : "?";
    database = Database.external(POSTGRES.getJdbcUrl() + separator + "user=" + POSTGRES.getUsername() + "&password="
        + POSTGRES.getPassword(), "it_");
  }

  @AfterAll
  static void disconnect() {
    database.close();
  }

  @Override
  LogStore open(InstantSource clock) {
    return new PostgresLogStore(database, clock);
  }
}
