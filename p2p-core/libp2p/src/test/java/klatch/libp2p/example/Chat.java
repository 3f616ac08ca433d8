package klatch.libp2p.example;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Topic;

/** The example of the README, which ChatIT runs. */
public final class Chat {
  public static void main(String[] args) throws Exception {
    try (Host host = Host.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/0.0.0.0/tcp/0"))) {
      Topic chat = host.topic("chat");
      chat.subscribe(message -> System.out.println(message.author().orElseThrow() + ": "
          + new String(message.data(), StandardCharsets.UTF_8)));
      if (args.length > 0) {
        host.connect(Multiaddr.parse(args[0]));
      }
      host.listenAddresses().forEach(System.out::println);
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        chat.publish(line.getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
