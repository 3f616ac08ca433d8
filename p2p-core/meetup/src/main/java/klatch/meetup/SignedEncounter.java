package klatch.meetup;

import java.util.Comparator;
import klatch.libp2p.Ed25519;

/**
 * An encounter with both signatures. Either device appends it to its own log; two copies count once.
 *
 * @param signatureA 64 bytes by {@code keyA} over {@link Encounter#signedBytes()}
 * @param signatureB 64 bytes by {@code keyB} over the same
 */
public record SignedEncounter(Encounter encounter, ByteString signatureA, ByteString signatureB)
    implements
      MeetupMessage {
  /** Which of several is shown for a pair: the earliest; the signatures decide between equals. */
  static final Comparator<SignedEncounter> EARLIEST = Comparator
      .comparingLong((SignedEncounter proof) -> proof.encounter().epoch())
      .thenComparing(proof -> proof.signatureA().toString()).thenComparing(proof -> proof.signatureB().toString());

  public SignedEncounter {
    Limits.length(signatureA, Ed25519.SIGNATURE_BYTES, "signature of A");
    Limits.length(signatureB, Ed25519.SIGNATURE_BYTES, "signature of B");
  }

  /** @return whether both devices signed it; takes two signature checks */
  public boolean verified() {
    byte[] signed = encounter.signedBytes();
    return Ed25519.verify(encounter.keyA().bytes(), signed, signatureA.bytes())
        && Ed25519.verify(encounter.keyB().bytes(), signed, signatureB.bytes());
  }
}
