package klatch.cli.terminal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A plain table: a head, columns as wide as their widest cell, two spaces between. Used by one thread. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] right;

  /** @param head a name that begins with {@code >} makes a right-aligned column */
  public Table(String... head) {
    right = new boolean[head.length];
    var names = new ArrayList<String>();
    for (int i = 0; i < head.length; i++) {
      right[i] = head[i].startsWith(">");
      names.add(right[i] ? head[i].substring(1) : head[i]);
    }
    rows.add(names);
  }

  public void row(String... cells) {
    if (cells.length != right.length) {
      throw new IllegalArgumentException("a row of " + cells.length + " cells in a table of " + right.length);
    }
    rows.add(List.of(cells));
  }

  public void print(PrintWriter out) {
    var widths = new int[right.length];
    for (var row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    for (var row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        var padding = " ".repeat(widths[i] - width(row.get(i)));
        line.append(right[i] ? padding + row.get(i) : row.get(i) + padding).append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
