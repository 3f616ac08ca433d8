package klatch.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import klatch.web.wire.Groups;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an invite is shown: as the line to pass on, and as a code to scan. */
public final class InviteOptions {
  @Option(names = "--qr", description = "Also as a QR code, for whoever stands beside you.")
  boolean qr;

  @Option(names = "--svg", paramLabel = "FILE", description = "Also as a QR code in a picture, for a poster.")
  @Nullable
  Path svg;

  public int show(Session session, Groups.Invite invite) {
    if (svg != null) {
      try {
        Files.writeString(svg, new QrCode(invite.invite()).svg());
      } catch (IOException e) {
        throw new ApiRefusedException(PublicCode.INVALID.label(), svg + " cannot be written: " + e.getMessage());
      }
    }
    return session.show(invite, answer -> {
      session.say(answer.invite());
      if (qr) {
        session.out().print(new QrCode(answer.invite()).forTerminal());
      }
    });
  }
}
