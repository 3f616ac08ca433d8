package klatch.cli.p2p;

import picocli.CommandLine.Command;

/** {@code klatch p2p …}. */
@Command(name = "p2p", description = "A bare libp2p peer: listen, check another one, measure.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    P2pListen.class, P2pDial.class, P2pBench.class})
public final class P2p {}
