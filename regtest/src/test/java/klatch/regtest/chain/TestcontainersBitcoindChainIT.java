package klatch.regtest.chain;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The same contract on a bitcoind in a container; runs where Docker is. */
@Testcontainers(disabledWithoutDocker = true)
class TestcontainersBitcoindChainIT extends ChainContract {
  private static final String IMAGE = "bitcoin/bitcoin:28.0";
  private static final int RPC_PORT = 18_443;
  private static final int NOTICES_PORT = 28_332;
  private static final String LOGIN = "klatch";

  /** @param container paused and continued by the engine, as a process is by signals */
  private record Container(GenericContainer<?> container) implements BitcoindChain.Host {
    @Override
    public void stall() {
      DockerClientFactory.lazyClient().pauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void resume() {
      DockerClientFactory.lazyClient().unpauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void close() {
      container.stop();
    }
  }

  @Override
  Chain start() {
    List<String> arguments = new ArrayList<>(List.of("-regtest=1", "-rpcbind=0.0.0.0", "-rpcallowip=0.0.0.0/0",
        "-rpcport=" + RPC_PORT, "-rpcuser=" + LOGIN, "-rpcpassword=" + LOGIN,
        "-zmqpubhashblock=tcp://0.0.0.0:" + NOTICES_PORT));
    BitcoindChain.CONFIGURATION.forEach(line -> arguments.add("-" + line));
    GenericContainer<?> container = new GenericContainer<>(IMAGE).withExposedPorts(RPC_PORT, NOTICES_PORT)
        .withCommand(arguments.toArray(String[]::new)).waitingFor(Wait.forLogMessage(".*Done loading.*", 1));
    container.start();
    return BitcoindChain.attached(new Container(container),
        new RpcEndpoint(container.getHost(), container.getMappedPort(RPC_PORT), LOGIN, LOGIN),
        URI.create("tcp://" + container.getHost() + ":" + container.getMappedPort(NOTICES_PORT)));
  }
}
