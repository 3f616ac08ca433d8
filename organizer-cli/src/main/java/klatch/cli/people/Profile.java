package klatch.cli.people;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.PictureFile;
import klatch.cli.terminal.Session;
import klatch.web.wire.People;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code klatch profile}. */
@Command(name = "profile", description = "Show or change how others see you.", sortOptions = false)
public final class Profile implements Callable<Integer> {
  @Mixin
  Session session;

  @Option(names = "--nickname", paramLabel = "NAME", description = "The name that others see.")
  @Nullable
  String nickname;

  @Option(names = "--tag", paramLabel = "TAG", description = "A word to be found by; repeatable. Takes the place of those you had; '' for none.")
  @Nullable
  List<String> tags;

  @ArgGroup
  Face face = new Face();

  /** One of them. */
  static final class Face {
    @Option(names = "--picture", paramLabel = "FILE", description = "A JPEG or PNG; its middle is sent, 256 pixels a side.")
    @Nullable
    Path picture;

    @Option(names = "--no-picture", description = "Takes the picture away.")
    boolean none;
  }

  @Override
  public Integer call() {
    boolean shows = nickname == null && tags == null && face.picture == null && !face.none;
    var answer = shows
        ? session.api().get("/profile", People.Profile.class)
        : session.api().post("/profile", new People.Say(nickname, tags, picture()), People.Profile.class);
    return session.show(answer, profile -> {
      session.say(profile.nickname() == null ? "You have no name yet." : "You are " + profile.nickname() + ".");
      if (!profile.tags().isEmpty()) {
        session.say("  tags     " + String.join(", ", profile.tags()));
      }
      session.say("  picture  " + (profile.picture() == null ? "none" : "yes"));
      session.say("  id       " + profile.person());
    });
  }

  private @Nullable String picture() {
    if (face.none) {
      return "";
    }
    return face.picture == null ? null : PictureFile.face(face.picture);
  }
}
