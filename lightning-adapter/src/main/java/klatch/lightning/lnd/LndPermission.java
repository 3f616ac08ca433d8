package klatch.lightning.lnd;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The calls that Klatch makes, each a right that a macaroon can give alone ({@code lncli bakemacaroon uri:…}). */
public enum LndPermission {
  GET_INFO("/lnrpc.Lightning/GetInfo"), LIST_CHANNELS("/lnrpc.Lightning/ListChannels"), CHANNEL_BALANCE(
      "/lnrpc.Lightning/ChannelBalance"), ADD_INVOICE("/lnrpc.Lightning/AddInvoice"), LIST_INVOICES(
          "/lnrpc.Lightning/ListInvoices"), DELETE_CANCELED_INVOICE(
              "/lnrpc.Lightning/DeleteCanceledInvoice"), DECODE("/lnrpc.Lightning/DecodePayReq"), QUERY_ROUTES(
                  "/lnrpc.Lightning/QueryRoutes"), ADD_HOLD_INVOICE(
                      "/invoicesrpc.Invoices/AddHoldInvoice"), SUBSCRIBE_INVOICE(
                          "/invoicesrpc.Invoices/SubscribeSingleInvoice"), LOOKUP_INVOICE(
                              "/invoicesrpc.Invoices/LookupInvoiceV2"), SETTLE_INVOICE(
                                  "/invoicesrpc.Invoices/SettleInvoice"), CANCEL_INVOICE(
                                      "/invoicesrpc.Invoices/CancelInvoice"), SEND_PAYMENT(
                                          "/routerrpc.Router/SendPaymentV2"), TRACK_PAYMENT(
                                              "/routerrpc.Router/TrackPaymentV2");

  private final String method;

  LndPermission(String method) {
    this.method = method;
  }

  /** As {@code lncli} and macaroons name it. */
  public String uri() {
    return "uri:" + method;
  }

  /** The command that bakes a macaroon with these rights and no other. */
  public static String bakeCommand() {
    return "lncli bakemacaroon --save_to klatch.macaroon "
        + Arrays.stream(values()).map(LndPermission::uri).collect(Collectors.joining(" "));
  }
}
