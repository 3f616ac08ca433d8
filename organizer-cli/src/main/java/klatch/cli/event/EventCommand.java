package klatch.cli.event;

import picocli.CommandLine.Command;

/** {@code klatch event …}. */
@Command(name = "event", description = "Events: create, list, show, edit, cancel, seats, invite, export, feed, guests.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    EventCreate.class, EventList.class, EventShow.class, EventEdit.class, EventCancel.class, EventSeats.class,
    EventInvite.class, EventExport.class, EventFeed.class, EventGuests.class})
public final class EventCommand {}
