package klatch.commitments.journal;

import javax.sql.DataSource;
import klatch.log.Migrations;

/** Brings tables of the money schema up to date: the journal's own, and those of the Lightning node that rides with it. */
public final class MoneyTables {
  private MoneyTables() {}

  /**
   * @param location class path folder of the scripts
   * @param history  the table that says which of them were run; each user of the schema has one
   * @param money    connections set to the schema
   */
  public static void migrate(ClassLoader loader, String location, String history, DataSource money) {
    Migrations.sharing(loader, location, history).run(money);
  }
}
