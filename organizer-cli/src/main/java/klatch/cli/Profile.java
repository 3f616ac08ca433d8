package klatch.cli;

import java.util.concurrent.Callable;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code klatch profile}. */
@Command(name = "profile", description = "Change how others see you.")
final class Profile implements Callable<Integer> {
  @Mixin
  Session session;

  @Option(names = "--nickname", required = true, paramLabel = "NAME", description = "The name that others see.")
  String nickname;

  @Override
  public Integer call() {
    var answer = session.api().post("/profile", new Groups.Profile(nickname), Groups.Profile.class);
    return session.show(answer, profile -> session.say("You are " + profile.nickname() + " now."));
  }
}
