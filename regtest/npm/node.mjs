// A Lightning node around npm's lightningdevkit (LDK 0.1.2 as WebAssembly), driven by JSON lines: commands with a number on standard
// input, answers with the same number on standard output, and events in between. It lives in memory, follows a regtest chain by
// bitcoind's JSON-RPC, and ends with its input.
//   node node.mjs http://127.0.0.1:PORT/ USER PASSWORD SEED
// SEED is a number from 0 to 255: one seed, one node id.

import { readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as ldk from "lightningdevkit";

const CHAIN_POLL_MILLIS = 40;
const LDK_POLL_MILLIS = 20;
const TICK_MILLIS = 10_000;
const FEE_SAT_PER_KW = 506;
const [rpcUrl, rpcUser, rpcPassword, seedNumber] = process.argv.slice(2);

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const reversed = (text) => Buffer.from(text, "hex").reverse();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const seconds = () => Math.floor(Date.now() / 1000);

// The library greets on standard output, which is for JSON lines alone.
console.log = (...words) => process.env.LDK_LOG && console.error(...words);

// ---- the chain ----

async function rpc(method, ...params) {
  const answer = await fetch(rpcUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from(`${rpcUser}:${rpcPassword}`).toString("base64")}`,
    },
    body: JSON.stringify({ jsonrpc: "1.0", id: 1, method, params }),
  });
  const { result, error } = await answer.json();
  if (error) {
    throw new Error(`${method}: ${error.message}`);
  }
  return result;
}

// The blocks that LDK knows, the oldest first; it begins at the tip, as a new node may.
const blocks = [];

async function follow(listeners) {
  const fresh = [];
  let header = await rpc("getblockheader", await rpc("getbestblockhash"));
  while (!blocks.some((known) => known.hash === header.hash)) {
    fresh.unshift({ hash: header.hash, height: header.height, block: await rpc("getblock", header.hash, 0) });
    header = await rpc("getblockheader", header.previousblockhash);
  }
  while (blocks.at(-1).hash !== header.hash) {
    const { block, height } = blocks.pop();
    listeners.forEach((listener) => listener.block_disconnected(bytes(block.slice(0, 160)), height));
  }
  for (const next of fresh) {
    listeners.forEach((listener) => listener.block_connected(bytes(next.block), next.height));
    blocks.push(next);
  }
}

// ---- LDK ----

await ldk.initializeWasmFromBinary(
  readFileSync(fileURLToPath(new URL("liblightningjs.wasm", import.meta.resolve("lightningdevkit")))),
);

const tip = await rpc("getblockheader", await rpc("getbestblockhash"));
blocks.push({ hash: tip.hash, height: tip.height, block: "" });

const fees = ldk.FeeEstimator.new_impl({ get_est_sat_per_1000_weight: () => FEE_SAT_PER_KW });
const logger = ldk.Logger.new_impl({
  log(record) {
    if (process.env.LDK_LOG) {
      process.stderr.write(`${record.get_module_path()}: ${record.get_args()}\n`);
    }
  },
});
const broadcaster = ldk.BroadcasterInterface.new_impl({
  broadcast_transactions(transactions) {
    for (const transaction of transactions) {
      // What is known already or was refused is not this peer's affair: LDK sends again what it still needs.
      rpc("sendrawtransaction", hex(transaction)).catch((e) => say({ event: "refused", reason: e.message }));
    }
  },
});
const stored = ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed;
const persister = ldk.Persist.new_impl({
  persist_new_channel: () => stored,
  update_persisted_channel: () => stored,
  archive_persisted_channel: () => {},
});
const monitor = ldk.ChainMonitor.constructor_new(
  ldk.Option_FilterZ.constructor_none(), broadcaster, logger, fees, persister,
);
const keys = ldk.KeysManager.constructor_new(new Uint8Array(32).fill(Number(seedNumber)), BigInt(seconds()), 0);
const network = ldk.Network.LDKNetwork_Regtest;
const graph = ldk.NetworkGraph.constructor_new(network, logger);
const scorer = ldk.MultiThreadedLockableScore.constructor_new(
  ldk.ProbabilisticScorer.constructor_new(
    ldk.ProbabilisticScoringDecayParameters.constructor_default(), graph, logger,
  ).as_Score(),
);
const router = ldk.DefaultRouter.constructor_new(
  graph, logger, keys.as_EntropySource(), scorer.as_LockableScore(),
  ldk.ProbabilisticScoringFeeParameters.constructor_default(),
);
const messageRouter = ldk.DefaultMessageRouter.constructor_new(graph, keys.as_EntropySource());

function configuration() {
  const config = ldk.UserConfig.constructor_default();
  const handshake = config.get_channel_handshake_config();
  handshake.set_minimum_depth(3);
  handshake.set_max_inbound_htlc_value_in_flight_percent_of_channel(100);
  config.set_channel_handshake_config(handshake);
  const channel = config.get_channel_config();
  channel.set_force_close_avoidance_max_fee_satoshis(5_000n);
  config.set_channel_config(channel);
  return config;
}

const manager = ldk.ChannelManager.constructor_new(
  fees, monitor.as_Watch(), broadcaster, router.as_Router(), messageRouter.as_MessageRouter(), logger,
  keys.as_EntropySource(), keys.as_NodeSigner(), keys.as_SignerProvider(), configuration(),
  ldk.ChainParameters.constructor_new(
    network, ldk.BestBlock.constructor_new(Uint8Array.from(reversed(tip.hash)), tip.height),
  ),
  tip.time,
);
const ignorer = ldk.IgnoringMessageHandler.constructor_new();
const peers = ldk.PeerManager.constructor_new(
  manager.as_ChannelMessageHandler(), ignorer.as_RoutingMessageHandler(), ignorer.as_OnionMessageHandler(),
  ignorer.as_CustomMessageHandler(), seconds(), keys.as_EntropySource().get_secure_random_bytes(), logger,
  keys.as_NodeSigner(),
);

// ---- sockets ----

let sockets = 0n;

function describe(socket) {
  const number = ++sockets;
  const descriptor = ldk.SocketDescriptor.new_impl({
    // Node keeps what the socket does not take at once.
    send_data(data, resume) {
      if (resume) {
        socket.resume();
      }
      socket.write(data);
      return data.length;
    },
    disconnect_socket: () => socket.destroy(),
    eq: (other) => other.hash() === number,
    hash: () => number,
  });
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => peers.socket_disconnected(descriptor));
  socket.on("data", (data) => {
    const read = peers.read_event(descriptor, Uint8Array.from(data));
    if (!read.is_ok()) {
      socket.destroy();
    } else if (read.res) {
      socket.pause();
    }
    turn();
  });
  return descriptor;
}

const nowhere = () => ldk.Option_SocketAddressZ.constructor_none();
const server = createServer((socket) => peers.new_inbound_connection(describe(socket), nowhere()));

async function connect({ nodeId, host, port }) {
  const socket = createConnection({ host, port });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const hello = peers.new_outbound_connection(bytes(nodeId), describe(socket), nowhere());
  if (!hello.is_ok()) {
    throw new Error(`no connection with ${nodeId}`);
  }
  socket.write(hello.res);
}

// ---- events ----

const told = (option) => (option instanceof ldk.Option_ThirtyTwoBytesZ_Some ? hex(option.some) : null);

function onEvent(event) {
  if (event instanceof ldk.Event_FundingGenerationReady) {
    say({
      event: "fund", channel: hex(event.temporary_channel_id.get_a()), peer: hex(event.counterparty_node_id),
      script: hex(event.output_script), sat: Number(event.channel_value_satoshis),
    });
  } else if (event instanceof ldk.Event_PendingHTLCsForwardable) {
    setTimeout(() => manager.process_pending_htlc_forwards(), 0);
  } else if (event instanceof ldk.Event_PaymentClaimable) {
    const preimage = event.purpose.preimage();
    if (preimage instanceof ldk.Option_ThirtyTwoBytesZ_Some) {
      manager.claim_funds(preimage.some);
    } else {
      manager.fail_htlc_backwards(event.payment_hash);
    }
  } else if (event instanceof ldk.Event_PaymentClaimed) {
    say({ event: "received", hash: hex(event.payment_hash), msat: Number(event.amount_msat) });
  } else if (event instanceof ldk.Event_PaymentSent) {
    const fee = event.fee_paid_msat instanceof ldk.Option_u64Z_Some ? Number(event.fee_paid_msat.some) : null;
    say({ event: "sent", hash: hex(event.payment_hash), preimage: hex(event.payment_preimage), feeMsat: fee });
  } else if (event instanceof ldk.Event_PaymentFailed) {
    const reason = event.reason instanceof ldk.Option_PaymentFailureReasonZ_Some
      ? ldk.PaymentFailureReason[event.reason.some] : "unknown";
    say({ event: "failed", hash: told(event.payment_hash), reason });
  } else if (event instanceof ldk.Event_ChannelReady) {
    say({ event: "ready", channel: hex(event.channel_id.get_a()), peer: hex(event.counterparty_node_id) });
  } else if (event instanceof ldk.Event_ChannelClosed) {
    say({ event: "closed", channel: hex(event.channel_id.get_a()), reason: event.reason.constructor.name });
  }
}

const handler = ldk.EventHandler.new_impl({
  handle_event(event) {
    onEvent(event);
    return ldk.Result_NoneReplayEventZ.constructor_ok();
  },
});

function turn() {
  peers.process_events();
  manager.as_EventsProvider().process_pending_events(handler);
  monitor.as_EventsProvider().process_pending_events(handler);
  peers.process_events();
}

// ---- commands ----

function checked(result, what) {
  if (!result.is_ok()) {
    throw new Error(`${what}: ${result.err?.err ?? result.err?.constructor.name ?? result.err}`);
  }
  return result.res;
}

const msat = (option) => (option instanceof ldk.Option_u64Z_Some ? Number(option.some) : null);

const commands = {
  info: () => ({
    height: blocks.at(-1).height,
    peers: peers.list_peers().map((peer) => hex(peer.get_counterparty_node_id())),
    channels: manager.list_channels().map((channel) => ({
      channel: hex(channel.get_channel_id().get_a()),
      capacitySat: Number(channel.get_channel_value_satoshis()),
      sendMsat: Number(channel.get_outbound_capacity_msat()),
      reserveSat: msat(channel.get_unspendable_punishment_reserve()),
      usable: channel.get_is_usable(),
      htlcs: channel.get_pending_inbound_htlcs().length + channel.get_pending_outbound_htlcs().length,
    })),
  }),
  connect,
  open: ({ nodeId, capacitySat, pushMsat }) => {
    const opened = manager.create_channel(bytes(nodeId), BigInt(capacitySat), BigInt(pushMsat), 1n, null, null);
    return { channel: hex(checked(opened, "open").get_a()) };
  },
  fund: ({ channel, peer, transaction }) => {
    const id = ldk.ChannelId.constructor_new(bytes(channel));
    checked(manager.funding_transaction_generated(id, bytes(peer), bytes(transaction)), "fund");
  },
  close: ({ channel, peer }) => {
    checked(manager.close_channel(ldk.ChannelId.constructor_new(bytes(channel)), bytes(peer)), "close");
  },
  invoice: ({ msat: amount, seconds: expiry }) => {
    const made = ldk.UtilMethods.constructor_create_invoice_from_channelmanager(
      manager, ldk.Option_u64Z.constructor_some(BigInt(amount)), "a payout", expiry, ldk.Option_u16Z.constructor_none(),
    );
    return { bolt11: checked(made, "invoice").to_str() };
  },
  pay: ({ bolt11 }) => {
    const invoice = checked(ldk.Bolt11Invoice.constructor_from_str(bolt11), "the invoice");
    const parts = checked(ldk.UtilMethods.constructor_payment_parameters_from_invoice(invoice), "the invoice's amount");
    const id = keys.as_EntropySource().get_secure_random_bytes();
    checked(
      manager.send_payment(parts.get_a(), parts.get_b(), id, parts.get_c(), ldk.Retry.constructor_attempts(3)), "pay",
    );
  },
};

async function answer(line) {
  const { id, do: name, ...args } = JSON.parse(line);
  try {
    const result = await commands[name](args);
    turn();
    say({ id, ...result });
  } catch (e) {
    say({ id, error: e.message });
  }
}

// ---- life ----

const listeners = [manager.as_Listen(), monitor.as_Listen()];
let trouble = "";

async function followForEver() {
  for (;;) {
    try {
      await follow(listeners);
      trouble = "";
    } catch (e) {
      if (e.message !== trouble) {
        say({ event: "chain", trouble: e.message });
      }
      trouble = e.message;
    }
    await new Promise((resolve) => setTimeout(resolve, CHAIN_POLL_MILLIS));
  }
}

setInterval(turn, LDK_POLL_MILLIS);
setInterval(() => {
  manager.timer_tick_occurred();
  monitor.rebroadcast_pending_claims();
  peers.timer_tick_occurred();
}, TICK_MILLIS);
followForEver();
createInterface({ input: process.stdin }).on("line", answer).on("close", () => process.exit(0));
server.listen(0, "127.0.0.1", () => {
  say({ event: "listen", nodeId: hex(manager.get_our_node_id()), port: server.address().port });
});
