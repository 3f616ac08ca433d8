package klatch.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The module rules of ARCHITECTURE.md. They may get tighter, never looser. */
@AnalyzeClasses(packages = "klatch", importOptions = {ImportOption.DoNotIncludeTests.class,
    ArchitectureTest.WithoutTestJars.class})
final class ArchitectureTest {
  /** Tests that other modules use come as jars of their own. */
  static final class WithoutTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule libp2pKnowsNothingOfKlatch = noClasses().that().resideInAPackage("klatch.libp2p..").should()
      .dependOnClassesThat().resideInAnyPackage("klatch.log..", "klatch.meetup..", "klatch.commitments..",
          "klatch.lightning..", "klatch.regtest..", "klatch.web..", "klatch.cli..");

  @ArchTest
  static final ArchRule libp2pImportsNoOtherKlatchPackage = noClasses().that().resideInAPackage("klatch.libp2p..")
      .should().dependOnClassesThat(resideInAPackage("klatch..").and(resideOutsideOfPackage("klatch.libp2p..")));

  @ArchTest
  static final ArchRule nobodyUsesNetty = noClasses().that().resideInAPackage("klatch..").should()
      .dependOnClassesThat().resideInAnyPackage("io.netty..");

  @ArchTest
  static final ArchRule logKnowsOnlyLibp2p = noClasses().that().resideInAPackage("klatch.log..").should()
      .dependOnClassesThat().resideInAnyPackage("klatch.meetup..", "klatch.commitments..", "klatch.lightning..",
          "klatch.regtest..", "klatch.web..", "klatch.cli..");

  @ArchTest
  static final ArchRule meetupNeverSeesMoney = noClasses().that().resideInAPackage("klatch.meetup..").should()
      .dependOnClassesThat().resideInAnyPackage("klatch.commitments..", "klatch.lightning..", "klatch.regtest..",
          "klatch.web..", "klatch.cli..");

  @ArchTest
  static final ArchRule commitmentsSeeNoLightningNodeAndNoPages = noClasses().that()
      .resideInAPackage("klatch.commitments..").should().dependOnClassesThat()
      .resideInAnyPackage("klatch.lightning..", "klatch.regtest..", "klatch.web..", "klatch.cli..");

  @ArchTest
  static final ArchRule commitmentsSeeNoSocket = noClasses().that().resideInAPackage("klatch.commitments..").should()
      .dependOnClassesThat().resideInAnyPackage("klatch.libp2p.noise..", "klatch.libp2p.yamux..", "java.net..",
          "java.nio.channels..");

  @ArchTest
  static final ArchRule lightningSeesOnlyTheCommitmentsPort = noClasses().that().resideInAPackage("klatch.lightning..")
      .should().dependOnClassesThat().resideInAnyPackage("klatch.regtest..", "klatch.web..", "klatch.cli..",
          "klatch.meetup..", "klatch.libp2p..", "klatch.log..");

  @ArchTest
  static final ArchRule webSeesNoLightningNode = noClasses().that().resideInAPackage("klatch.web..").should()
      .dependOnClassesThat().resideInAnyPackage("klatch.lightning..", "klatch.regtest..", "klatch.cli..");

  @ArchTest
  static final ArchRule regtestSeesNoPagesAndNoCommands = noClasses().that().resideInAPackage("klatch.regtest..")
      .should().dependOnClassesThat().resideInAnyPackage("klatch.web..", "klatch.cli..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles = slices().matching("klatch.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule commandsShareOnlyTheTerminalAndTheNode = noClasses().that()
      .resideInAPackage("klatch.cli.terminal..").or()
      .resideInAPackage("klatch.cli.node..").should().dependOnClassesThat().resideInAnyPackage("klatch.cli",
          "klatch.cli.event..", "klatch.cli.door..",
          "klatch.cli.money..", "klatch.cli.group..", "klatch.cli.people..", "klatch.cli.lightning..",
          "klatch.cli.demo..", "klatch.cli.evening..",
          "klatch.cli.bench..", "klatch.cli.regtest..", "klatch.cli.p2p..");

  @ArchTest
  static final ArchRule theTerminalKnowsNoNode = noClasses().that().resideInAPackage("klatch.cli.terminal..").should()
      .dependOnClassesThat().resideInAnyPackage("klatch.cli.node..");
}
