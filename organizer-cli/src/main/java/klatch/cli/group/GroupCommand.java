package klatch.cli.group;

import picocli.CommandLine.Command;

/** {@code klatch group …}. */
@Command(name = "group", description = "Groups: create, list, invite, join, co-host, remove, leave.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    GroupCreate.class, GroupList.class, GroupInvite.class, GroupJoin.class, GroupCoHost.class, GroupRemove.class,
    GroupLeave.class})
public final class GroupCommand {}
