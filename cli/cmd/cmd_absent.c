/* cmd_absent.c: lines of everyday configurations that are true here whatever is configured: services that are switched
 * off and that this router does not have, and habits of forwarding that it always keeps (classless routes, subnet zero).
 * They are taken, change nothing and are not printed. Their opposites have no row: those the router could not honour. */
#include "cli/cmd/cmd_local.h"

static enum cmd_result do_nothing(struct cmd_ctx *c)
{
    (void)c;
    return CMD_OK;
}

#define ABSENT(m, fl, sent, text)                                                                                      \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = m, .priv = 15, .flags = CMD_IN_CONFIG | (fl), .sentence = sent, .fn = do_nothing,  \
        .help = text                                                                                                   \
    }
#define OFF(sent, text)    ABSENT(CONFIG, CMD_NO | CMD_NO_ONLY, sent, text)
#define IF_OFF(sent, text) ABSENT(CONFIG_IF, CMD_NO | CMD_NO_ONLY, sent, text)
#define ALWAYS(sent, text) ABSENT(CONFIG, 0, sent, text)

static const struct cmd_row rows[] = {
    OFF("service config", "TFTP load config files"),
    OFF("service finger", "Allow responses to finger requests"),
    OFF("service pad", "Enable PAD commands"),
    OFF("service tcp-small-servers", "Enable small TCP servers"),
    OFF("service udp-small-servers", "Enable small UDP servers"),
    OFF("cdp run", "Global CDP configuration subcommands|Enable CDP"),
    OFF("lldp run", "Global LLDP configuration subcommands|Enable LLDP"),
    HELP(CONFIG, "ip bootp", "Config BOOTP services"),
    OFF("ip bootp server", "Enable BOOTP server"),
    OFF("ip finger", "finger server"),
    HELP(CONFIG, "ip http", "HTTP server configuration"),
    OFF("ip http server", "Enable http server"),
    OFF("ip http secure-server", "Enable HTTP secure server"),
    OFF("ip identd", "Ident server"),
    OFF("ip source-route", "Process packets with source routing header options"),
    ALWAYS("ip cef", "Cisco Express Forwarding"),
    ALWAYS("ip classless", "Follow classless routing forwarding rules"),
    HELP(CONFIG, "ip forward-protocol", "Controls forwarding of physical and directed IP broadcasts"),
    ALWAYS("ip forward-protocol nd", "Sun's Network Disk protocol"),
    ALWAYS("ip subnet-zero", "Allow 'subnet zero' subnets"),
    IF_OFF("cdp enable", "CDP interface subcommands|Enable CDP on interface"),
    HELP(CONFIG_IF, "mop", "DEC MOP server commands"),
    IF_OFF("mop enabled", "Enable MOP for interface"),
    IF_OFF("mop sysid", "Send system id packets"),
};
const struct cmd_table cli_table_absent = CMD_TABLE("cli/cmd/cmd_absent", rows);
