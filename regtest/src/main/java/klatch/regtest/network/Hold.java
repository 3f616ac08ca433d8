package klatch.regtest.network;

import klatch.commitments.Lightning;
import klatch.commitments.PaymentHash;
import klatch.commitments.Preimage;

/** An invoice whose payment the payee holds until it releases or collects it. */
public record Hold(Preimage preimage, Lightning.Invoice invoice) {
  public PaymentHash hash() {
    return preimage.hash();
  }
}
