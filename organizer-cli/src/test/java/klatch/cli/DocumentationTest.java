package klatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import klatch.cli.demo.Demo;
import klatch.cli.node.StartRefusedException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine;

/** Holds the documents to the files they speak of. */
final class DocumentationTest {
  private static final Path ROOT = root();
  private static final CommandLine COMMANDS = Commands.of(options -> {
    throw new StartRefusedException("nothing is started here");
  });
  /** What every command has. */
  private static final Set<String> EVERYWHERE = Set.of("--help", "--version", "--json", "--data-dir");
  /** Documents that say which test shows what. */
  private static final List<String> NAMING_TESTS = List.of("docs/faults.md", "p2p-core/libp2p/README.md");
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  @Test
  void everyDependencyAndPluginHasItsReason() throws Exception {
    assertThat(explained()).containsExactlyInAnyOrderElementsOf(pinned());
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : files(".md")) {
      for (String link : links(document)) {
        if (!leadsSomewhere(document, link)) {
          broken.add(ROOT.relativize(document) + " -> " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyScriptThatTheDocumentsTellToRunIsThere() throws IOException {
    List<String> missing = new ArrayList<>();
    int seen = 0;
    for (Path document : files(".md")) {
      for (String script : scripts(document)) {
        seen++;
        if (!Files.isExecutable(ROOT.resolve(script))) {
          missing.add(ROOT.relativize(document) + " -> " + script);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(seen).isPositive();
  }

  @Test
  void theReadmeNamesTheTwoCommands() throws IOException {
    assertThat(scripts(ROOT.resolve("README.md"))).contains("./klatch", "./check");
  }

  @Test
  void everyCommandIsInTheReadme() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    for (String command : COMMANDS.getSubcommands().keySet()) {
      assertThat(readme).contains("klatch " + command);
    }
  }

  @Test
  void everyOptionOfTheDemoIsInTheReadme() throws IOException {
    assertThat(options(new CommandLine(new Demo()))).isSubsetOf(documentedOptions("README.md"));
  }

  @Test
  void everyOptionOfANodeIsInTheOperationsManual() throws IOException {
    CommandLine up = COMMANDS.getSubcommands().get("up");
    assertThat(up).isNotNull();
    assertThat(options(up)).isSubsetOf(documentedOptions("docs/operations.md"));
  }

  @Test
  void everyTestThatTheDocumentsNameIsThere() throws IOException {
    Map<String, Path> classes = new HashMap<>();
    for (Path file : files(".java")) {
      classes.put(file.getFileName().toString().replace(".java", ""), file);
    }
    List<String> missing = new ArrayList<>();
    for (String document : NAMING_TESTS) {
      List<MatchResult> named = TEST.matcher(Files.readString(ROOT.resolve(document))).results().toList();
      assertThat(named).as(document).hasSizeGreaterThan(25);
      for (MatchResult test : named) {
        Path file = classes.get(test.group(1));
        if (file == null || !isTest(Files.readString(file), test.group(2))) {
          missing.add(document + " -> " + test.group());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  /** Whether a method of this name follows an annotation that makes it a test. */
  private static boolean isTest(String source, String method) {
    return Pattern
        .compile("@(Test|TestFactory|ParameterizedTest|Property|FuzzTest)\\b[^;{}]*?(\\{[^;{}]*\\}[^;{}]*?)?\\b"
            + Pattern.quote(method) + "\\(")
        .matcher(source).find();
  }

  private static Set<String> options(CommandLine command) {
    return command.getCommandSpec().options().stream().map(OptionSpec::longestName)
        .filter(name -> !EVERYWHERE.contains(name)).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> documentedOptions(String document) throws IOException {
    return CODE.matcher(prose(ROOT.resolve(document))).results().map(found -> found.group(1).split(" ")[0])
        .filter(word -> word.startsWith("--")).map(word -> word.split("[|\\\\]")[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What any pom names, as artifact ids; our own modules need no reason. */
  private static Set<String> pinned() throws Exception {
    Set<String> artifacts = new TreeSet<>();
    for (Path file : files("pom.xml")) {
      Document pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
      for (String kind : List.of("dependency", "plugin", "path")) {
        var nodes = pom.getElementsByTagName(kind);
        for (int i = 0; i < nodes.getLength(); i++) {
          var element = (Element) nodes.item(i);
          if (!child(element, "groupId").equals("klatch")) {
            artifacts.add(child(element, "artifactId"));
          }
        }
      }
    }
    return artifacts;
  }

  private static String child(Element element, String name) {
    return element.getElementsByTagName(name).item(0).getTextContent();
  }

  /** What stands in the first column of the tables of docs/dependencies.md, without the group ids. */
  private static Set<String> explained() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/dependencies.md")).stream().filter(line -> line.startsWith("| `"))
        .flatMap(line -> CODE.matcher(line.substring(0, line.indexOf('|', 1))).results()).map(found -> found.group(1))
        .map(artifact -> artifact.substring(artifact.indexOf(':') + 1)).collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> files(String ending) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        String name = ROOT.relativize(folder).getFileName().toString();
        return NOT_OURS.contains(name) || name.startsWith(".")
            ? FileVisitResult.SKIP_SUBTREE
            : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (file.toString().endsWith(ending)) {
          found.add(file);
        }
        return FileVisitResult.CONTINUE;
      }
    });
    return found;
  }

  /** A document without its blocks of code. */
  private static String prose(Path document) throws IOException {
    return FENCE.matcher(Files.readString(document)).replaceAll("");
  }

  private static List<String> links(Path document) throws IOException {
    return LINK.matcher(CODE.matcher(prose(document)).replaceAll("")).results().map(found -> found.group(1))
        .filter(link -> !link.contains("://") && !link.startsWith("mailto:")).toList();
  }

  private static boolean leadsSomewhere(Path document, String link) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
    if (!target.startsWith(ROOT) || !Files.exists(target)) {
      return false;
    }
    return hash < 0 || anchors(target).contains(link.substring(hash + 1));
  }

  /** The anchors that a forge makes of a document's headings. */
  private static Set<String> anchors(Path document) throws IOException {
    return HEADING.matcher(prose(document)).results().map(found -> found.group(1).strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-')).collect(Collectors.toSet());
  }

  /** The scripts of this repository that begin a line in a block of shell commands. */
  private static Set<String> scripts(Path document) throws IOException {
    return FENCE.matcher(Files.readString(document)).results().filter(fence -> fence.group(1).equals("sh"))
        .flatMap(DocumentationTest::commands).filter(command -> command.contains("/"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> commands(MatchResult fence) {
    return fence.group(2).lines().map(line -> line.strip().split("\\s+", 2)[0]);
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException("no ARCHITECTURE.md above " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }
}
