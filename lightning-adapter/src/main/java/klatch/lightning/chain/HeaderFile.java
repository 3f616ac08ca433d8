package klatch.lightning.chain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import klatch.lightning.chain.HeaderTree.Node;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last headers that a node has seen, in a file: a source cannot show it a weaker chain after a restart. Lines of height and
 * header, parents first. Lost or damaged it is begun anew, with the next tip that is shown. Used by one thread at a time.
 */
final class HeaderFile {
  private static final Logger LOG = LoggerFactory.getLogger(HeaderFile.class);
  private static final int MOST_LINES = 8 * HeaderTree.DEEPEST_REORGANISATION;

  private final Path file;
  private int lines;

  HeaderFile(Path file) {
    this.file = file;
  }

  /** What was seen before; empty if nothing was, or nothing that can be used. */
  Optional<HeaderTree> read(HeaderRules rules) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Stream<String> all = Files.lines(file, StandardCharsets.US_ASCII)) {
      List<String> read = all.limit(4L * MOST_LINES).toList();
      lines = read.size();
      HeaderTree tree = null;
      for (String line : read) {
        String[] parts = line.split(" ", 2);
        BlockHeader header = BlockHeader.of(HexFormat.of().parseHex(parts[1]));
        if (!header.proven()) {
          throw new IllegalArgumentException("a header without proof of work");
        }
        if (tree == null) {
          tree = new HeaderTree(rules, header, Integer.parseInt(parts[0]));
        } else if (tree.node(header.hash()).isEmpty()) {
          tree.add(List.of(header)).ifPresent(wrong -> {
            throw new IllegalArgumentException(wrong);
          });
        }
      }
      return Optional.ofNullable(tree);
    } catch (IOException | RuntimeException e) {
      lines = 0;
      LOG.warn("{} is of no use and is begun anew: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /** Adds what is new; from time to time the whole is written again, without what is buried. */
  void write(HeaderTree tree, List<BlockHeader> fresh) {
    try {
      if (lines == 0 || lines + fresh.size() > MOST_LINES) {
        whole(tree);
        return;
      }
      List<String> text = fresh.stream().map(header -> line(tree.node(header.hash()).orElseThrow())).toList();
      Files.write(file, text, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      lines += text.size();
    } catch (IOException e) {
      LOG.warn("{} cannot be written, after a restart the chain is believed from the tip: {}", file, e.getMessage());
    }
  }

  private void whole(HeaderTree tree) throws IOException {
    int lowest = Math.max(tree.bottom().height(), tree.best().height() - HeaderTree.DEEPEST_REORGANISATION);
    Collection<Node> kept = tree.from(lowest);
    Node anchor = kept.stream().filter(tree::inBest).findFirst().orElseThrow();
    List<String> text = new ArrayList<>(List.of(line(anchor)));
    kept.stream().filter(node -> node.height() > lowest && above(tree, node, anchor)).map(HeaderFile::line)
        .forEach(text::add);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, text, StandardCharsets.US_ASCII);
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    lines = text.size();
  }

  /** A branch that left the chain below the anchor has no place in the file. */
  private static boolean above(HeaderTree tree, Node node, Node anchor) {
    Node up = node;
    while (up.height() > anchor.height()) {
      up = tree.node(up.header().previous()).orElseThrow();
    }
    return up.is(anchor);
  }

  private static String line(Node node) {
    return node.height() + " " + node.header().hex();
  }
}
