package klatch.cli.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import klatch.log.StoreException;
import klatch.web.Notes;

/** A node's notes in a file that its owner alone can read. */
record NotesFile(Path file) implements Notes.Keeper {
  /** Every note there can be, at its longest. */
  private static final long MAX_BYTES = 4 * 1024 * 1024;

  @Override
  public Optional<String> load() {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new StartRefusedException(file + " is not a node's: it has " + Files.size(file) + " bytes");
      }
      return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StartRefusedException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void save(String text) {
    try {
      NodeKeys.writePrivately(file, text);
    } catch (IOException e) {
      throw new StoreException("the notes cannot be kept: " + e.getMessage(), true, e);
    }
  }
}
