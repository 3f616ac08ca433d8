package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.InMemoryLogStore;
import klatch.log.LogId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An organiser who cheats is found out from the log alone, with the statements that prove it. */
final class AuditTest {
  private final Town town = new Town(4, 10_000_000, 1, 3);
  private final Person absent = town.attendees().get(3);

  @BeforeEach
  void aWholeEvent() {
    town.lockAll();
    town.toCheckIn();
    town.attendees().subList(0, 3).forEach(town::checkIn);
    town.toSettlement();
    town.settleDown();
  }

  @AfterEach
  void close() {
    town.close();
  }

  @Test
  void anHonestOrganiserIsClean() {
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }

  @Test
  void theSameLogGivesTheSameAnswerEverywhere() {
    for (Person person : town.attendees()) {
      assertThat(Audit.of(town.event(), person.entries(), person.lightning()::decode, town.clock().millis()))
          .contains(town.audit());
    }
  }

  @Test
  void takingThePresentsDepositIsFoundWithTheEncounterThatProvesIt() {
    DeviceId victim = town.attendees().getFirst().device();
    Preimage stolen = new Preimage(new byte[32]);
    Audit audit = retold(message -> switch (message) {
      case DepositMessage.HeldReceipt m when m.person().equals(victim) ->
        new DepositMessage.HeldReceipt(m.event(), victim, stolen.hash(), m.amount(), m.expiryHeight());
      case DepositMessage.Released m when m.person().equals(victim) ->
        new DepositMessage.Collected(m.event(), victim, stolen.hash(), stolen, town.terms().deposit());
      default -> message;
    });
    assertThat(kinds(audit)).contains(Finding.Kind.COLLECTED_PRESENT, Finding.Kind.COLLECTED_WITHOUT_VERDICT);
    Finding finding = audit.findings().stream().filter(f -> f.kind() == Finding.Kind.COLLECTED_PRESENT).findFirst()
        .orElseThrow();
    assertThat(finding.person()).contains(victim);
    assertThat(finding.proofs()).contains(encounterOf(town.attendees().getFirst()).id());
  }

  @Test
  void aPresentsDepositThatIsTakenAndCalledGivenBackIsFoundByThePreimageItsOwnerShows() {
    Person victim = town.attendees().getFirst();
    Entry shown = saysTaken(victim);
    Audit audit = retold(message -> heldOnTheStolenHash(message, victim));
    assertThat(audit.findings()).extracting(Finding::kind).containsExactlyInAnyOrder(
        Finding.Kind.COLLECTED_PRESENT, Finding.Kind.TAKEN_UNSAID, Finding.Kind.COLLECTED_WITHOUT_VERDICT);
    assertThat(audit.findings()).allSatisfy(f -> {
      assertThat(f.person()).contains(victim.device());
      assertThat(f.proofs()).contains(shown.id());
    });
    assertThat(audit.findings().getFirst().proofs()).contains(encounterOf(victim).id());
  }

  @Test
  void nobodyIsBelievedWhoShowsAPreimageOfAnotherHash() {
    saysTaken(town.attendees().getFirst());
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void aDepositThatIsTakenUnderTheVerdictAndNotSaidToBeInThePotIsFound() {
    Entry shown = saysTaken(absent);
    Audit audit = retold(message -> message instanceof DepositMessage.Collected
        ? null
        : heldOnTheStolenHash(message, absent));
    assertThat(audit.findings()).anySatisfy(f -> {
      assertThat(f.kind()).isEqualTo(Finding.Kind.TAKEN_UNSAID);
      assertThat(f.person()).contains(absent.device());
      assertThat(f.proofs()).contains(shown.id());
    });
  }

  private static final Preimage STOLEN = new Preimage(new byte[32]);

  private static DepositMessage heldOnTheStolenHash(DepositMessage message, Person owner) {
    return message instanceof DepositMessage.HeldReceipt m && m.person().equals(owner.device())
        ? new DepositMessage.HeldReceipt(m.event(), m.person(), STOLEN.hash(), m.amount(), m.expiryHeight())
        : message;
  }

  private Entry saysTaken(Person person) {
    DepositMessage taken = new DepositMessage.Taken(town.event(), STOLEN.hash(), STOLEN);
    Entry entry = person.log().append(person.key(), town.topic(), DepositCodec.type(taken), DepositCodec.encode(taken),
        town.clock().millis());
    town.sync();
    return entry;
  }

  @Test
  void aVerdictThatLeavesSomebodyOutIsFound() {
    DeviceId victim = town.attendees().getFirst().device();
    Audit audit = retold(message -> {
      if (message instanceof DepositMessage.Verdict v) {
        List<DeviceId> present = new ArrayList<>(v.present());
        present.remove(victim);
        List<DeviceId> gone = new ArrayList<>(v.absent());
        gone.add(victim);
        return new DepositMessage.Verdict(v.event(), present, gone);
      }
      return message;
    });
    assertThat(audit.findings()).anySatisfy(f -> {
      assertThat(f.kind()).isEqualTo(Finding.Kind.WRONG_VERDICT);
      assertThat(f.person()).contains(victim);
      assertThat(f.proofs()).contains(encounterOf(town.attendees().getFirst()).id());
    });
  }

  @Test
  void collectingWithoutAVerdictIsFound() {
    Audit audit = retold(message -> message instanceof DepositMessage.Verdict ? null : message);
    assertThat(kinds(audit)).contains(Finding.Kind.COLLECTED_WITHOUT_VERDICT, Finding.Kind.WRONG_SETTLEMENT);
  }

  @Test
  void aSkippedPayoutIsFoundWithTheClaimThatProvesIt() {
    DeviceId victim = town.attendees().getFirst().device();
    Audit audit = retold(message -> message instanceof DepositMessage.Paid p && p.person().equals(victim)
        ? null
        : message);
    assertThat(audit.findings()).anySatisfy(f -> {
      assertThat(f.kind()).isEqualTo(Finding.Kind.PAYOUT_MISSING);
      assertThat(f.person()).contains(victim);
      assertThat(f.proofs()).hasSize(2);
    });
    assertThat(kinds(audit)).contains(Finding.Kind.WRONG_REPORT);
  }

  @Test
  void aPayoutCalledUnclaimedThatWasClaimedIsFound() {
    DeviceId victim = town.attendees().getFirst().device();
    Audit audit = retold(message -> message instanceof DepositMessage.Paid p && p.person().equals(victim)
        ? new DepositMessage.Unclaimed(p.event(), victim, p.round())
        : message);
    assertThat(kinds(audit)).contains(Finding.Kind.PAYOUT_MISSING, Finding.Kind.TOO_EARLY);
  }

  @Test
  void aWrongShareIsFound() {
    Audit audit = retold(message -> message instanceof DepositMessage.Paid p
        ? new DepositMessage.Paid(p.event(), p.person(), p.round(), p.amount().minus(new Msat(1)), p.fee(),
            p.preimage())
        : message);
    assertThat(kinds(audit)).contains(Finding.Kind.WRONG_PAYOUT);
  }

  @Test
  void aReceiptThatOpensNoClaimIsFound() {
    Audit audit = retold(message -> message instanceof DepositMessage.Paid p
        ? new DepositMessage.Paid(p.event(), p.person(), p.round(), p.amount(), p.fee(), new Preimage(new byte[32]))
        : message);
    assertThat(kinds(audit)).containsOnly(Finding.Kind.WRONG_PAYOUT);
  }

  @Test
  void aSettlementThatKeepsSomethingBackIsFoundAndNobodyClaimsOfIt() throws MalformedMessageException {
    UnaryOperator<DepositMessage> cheat = message -> message instanceof DepositMessage.Settled s
        ? settled(s, s.pot().minus(Msat.ofSat(300)))
        : message;
    assertThat(kinds(retold(cheat))).contains(Finding.Kind.WRONG_SETTLEMENT, Finding.Kind.WRONG_ROUND);
    Statements said = new Statements();
    for (Entry entry : retell(cheat)) {
      DepositCodec.decode(entry.payloadType(), entry.payload()).ifPresent(
          m -> said.add(new Said<>(entry.id(), entry.device(), entry.sequence(), entry.timestampMillis(), m)));
    }
    Person payee = town.attendees().getFirst();
    assertThat(new AuditTrail(payee.lightning()::decode).settlement(payee.meetup().event(town.event()).orElseThrow(),
        town.terms(), said, payee.meetup().presence(town.event()))).isNotEmpty();
  }

  @Test
  void aForgottenDepositAndAnEarlyVerdictAreFound() {
    DeviceId victim = town.attendees().getFirst().device();
    Audit audit = retold(message -> message instanceof DepositMessage.Released r && r.person().equals(victim)
        ? null
        : message);
    assertThat(kinds(audit)).containsOnly(Finding.Kind.DEPOSIT_FORGOTTEN);
    assertThat(kinds(retoldAt(town.terms().clock().appealsCloseAtMillis() - 1, m -> m)))
        .contains(Finding.Kind.TOO_EARLY);
  }

  @Test
  void twoSettlementsThatDifferAreAContradiction() {
    List<Entry> entries = new ArrayList<>(town.host().entries());
    DepositMessage.Report other = new DepositMessage.Report(town.event(), Msat.ZERO, Msat.ZERO, Msat.ZERO, Msat.ZERO);
    entries.add(
        town.host().log().append(town.host().key(), town.topic(), DepositCodec.type(other), DepositCodec.encode(other),
            town.clock().millis()));
    entries.sort((a, b) -> a.device().equals(b.device()) ? Long.compare(a.sequence(), b.sequence()) : 0);
    assertThat(Audit.of(town.event(), entries, town.host().lightning()::decode, town.clock().millis()).orElseThrow()
        .findings()).extracting(Finding::kind).containsOnly(Finding.Kind.CONTRADICTION);
  }

  private static DepositMessage.Settled settled(DepositMessage.Settled honest, Msat pot) {
    Settlement less = Settlement.of(honest.event(), honest.shares().stream().map(Share::person).toList(), pot);
    return new DepositMessage.Settled(honest.event(), less.pot(), less.shares());
  }

  private static Set<Finding.Kind> kinds(Audit audit) {
    return Set.copyOf(audit.findings().stream().map(Finding::kind).toList());
  }

  private Entry encounterOf(Person person) {
    LogId id = new LogId(person.device(), town.topic());
    return person.log().read(id, 1, 1_000).stream().filter(e -> e.payloadType().contains("encounter")).findFirst()
        .orElseThrow();
  }

  private Audit retold(UnaryOperator<@org.jspecify.annotations.Nullable DepositMessage> change) {
    return retoldAt(Long.MAX_VALUE, change);
  }

  private Audit retoldAt(long latest, UnaryOperator<@org.jspecify.annotations.Nullable DepositMessage> change) {
    return Audit.of(town.event(), retell(latest, change), town.host().lightning()::decode, town.clock().millis())
        .orElseThrow();
  }

  private List<Entry> retell(UnaryOperator<@org.jspecify.annotations.Nullable DepositMessage> change) {
    return retell(Long.MAX_VALUE, change);
  }

  /** The whole log, with what the organiser says about deposits changed and signed anew; the others' as it is. */
  private List<Entry> retell(long latest, UnaryOperator<@org.jspecify.annotations.Nullable DepositMessage> change) {
    InMemoryLogStore cheated = new InMemoryLogStore(town.clock());
    List<Entry> all = new ArrayList<>();
    for (Entry entry : town.host().entries()) {
      if (!entry.device().equals(town.host().device())) {
        all.add(entry);
        continue;
      }
      try {
        DepositMessage message = DepositCodec.decode(entry.payloadType(), entry.payload()).orElse(null);
        DepositMessage told = message == null ? null : change.apply(message);
        if (message == null) {
          all.addAll(cheated.ingest(List.of(entry)).isEmpty() ? List.of() : List.of(entry));
        } else if (told != null) {
          all.add(cheated.append(town.host().key(), town.topic(), DepositCodec.type(told), DepositCodec.encode(told),
              Math.min(latest, entry.timestampMillis())));
        }
      } catch (MalformedMessageException e) {
        throw new IllegalStateException(e);
      }
    }
    return all;
  }

  @Test
  void theNoShowIsTheOneWhoPaid() {
    assertThat(absent.store().ownDeposit(town.event())).get().extracting(OwnDeposit::phase)
        .isEqualTo(OwnDeposit.Phase.FORFEITED);
  }
}
