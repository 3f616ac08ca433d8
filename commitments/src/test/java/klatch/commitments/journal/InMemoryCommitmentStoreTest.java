package klatch.commitments.journal;

final class InMemoryCommitmentStoreTest extends CommitmentStoreContract {
  private final CommitmentStore store = new InMemoryCommitmentStore();

  @Override
  CommitmentStore store() {
    return store;
  }
}
