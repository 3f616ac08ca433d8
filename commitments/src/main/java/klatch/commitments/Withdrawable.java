package klatch.commitments;

/** @param amount what the code gives, no more and no less */
public record Withdrawable(Msat amount, String title) {}
