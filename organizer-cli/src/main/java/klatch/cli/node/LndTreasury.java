package klatch.cli.node;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import klatch.lightning.lnd.LndLightning;
import klatch.web.Treasury;
import klatch.web.wire.Operations;

/** The operator's side of an LND: its channels and coins are its own operator's affair, and our macaroon gives no right to them. */
record LndTreasury(LndLightning lightning) implements Treasury {
  @Override
  public List<Operations.Payment> payments(int limit) {
    return lightning.payments(limit).stream().map(NodeTreasury::shown).toList();
  }

  @Override
  public Operations.Opened open(String peer, long capacitySat, long pushSat) {
    throw yours("lncli openchannel");
  }

  @Override
  public Operations.Bought buy(String peer, long paymentSat, OptionalLong mostFeeSat, Optional<String> token) {
    throw yours("lncli openchannel, or a seller's own program");
  }

  @Override
  public void close(String channelId, boolean force) {
    throw yours("lncli closechannel");
  }

  @Override
  public String newAddress() {
    throw yours("lncli newaddress");
  }

  @Override
  public long confirmedSat() {
    throw yours("lncli walletbalance");
  }

  @Override
  public Operations.Sent send(String address, long amountSat, OptionalLong feeSatPerVbyte) {
    throw yours("lncli sendcoins");
  }

  private static IllegalArgumentException yours(String command) {
    return new IllegalArgumentException("the channels and coins are your LND's, not this node's: use " + command);
  }
}
