/* cmd_absent.c: lines of everyday configurations that are true here whatever is configured: services that are switched
 * off and that this router does not have, habits of forwarding that it always keeps (classless routes, subnet zero), and
 * the furniture that stands in every configuration of IOS-XE and asks nothing of a router like this one. They are taken
 * and change nothing. What an IOS prints when it was typed (no ip http server) is kept and printed; the rest is not.
 * Their opposites have no row: those the router could not honour. */
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
#define IF_ALWAYS(sent, text) ABSENT(CONFIG_IF, 0, sent, text)
#define KEPT_OFF(sent, field, text)                                                                                    \
    SET_F(CONFIG, &sys_scope, CMD_NO_ONLY, sent "=" #field, text, NUM(struct sys_conf, field))

/* ---- what is kept ---- */

struct empty_conf {
    bool none; /* redundancy: mode none */
};
static const struct cmd_scope empty_scope = {.size = sizeof(struct empty_conf)};

void absent_conf_start(struct sys_conf *c)
{
    c->pad = c->http_server = c->http_secure = c->source_route = c->bootp_server = c->cdp = c->gratuitous_arps = true;
    conf_list_init(&c->control_planes, sizeof(struct empty_conf), NULL, NULL);
    conf_list_init(&c->redundancies, sizeof(struct empty_conf), NULL, NULL);
}

void absent_conf_end(struct sys_conf *c)
{
    conf_list_clear(&c->control_planes);
    conf_list_clear(&c->redundancies);
}

static const struct cmd_row rows[] = {
    OFF("service config", "TFTP load config files"),
    OFF("service dhcp", "Enable DHCP server and relay agent"),
    OFF("service call-home", "Enable call-home service"),
    OFF("service finger", "Allow responses to finger requests"),
    KEPT_OFF("service pad", pad, "Enable PAD commands"),
    OFF("service slave-log", "Enable log capability of slave IPs"),
    OFF("service tcp-small-servers", "Enable small TCP servers"),
    OFF("service udp-small-servers", "Enable small UDP servers"),
    HELP(CONFIG, "cdp", "Global CDP configuration subcommands"),
    KEPT_OFF("cdp run", cdp, "Enable CDP"),
    OFF("lldp run", "Global LLDP configuration subcommands|Enable LLDP"),
    HELP(CONFIG, "ip bootp", "Config BOOTP services"),
    KEPT_OFF("ip bootp server", bootp_server, "Enable BOOTP server"),
    OFF("ip dhcp conflict logging", "Configure DHCP server and relay parameters|DHCP address conflict parameters|Log "
                                    "conflicts"),
    OFF("ip finger", "finger server"),
    HELP(CONFIG, "ip ftp", "FTP configuration commands"),
    ALWAYS("ip ftp passive", "Connect using passive mode"),
    KEPT_OFF("ip gratuitous-arps", gratuitous_arps, "Generate gratuitous ARPs for PPP/SLIP peer addresses"),
    HELP(CONFIG, "ip http", "HTTP server configuration"),
    KEPT_OFF("ip http server", http_server, "Enable http server"),
    KEPT_OFF("ip http secure-server", http_secure, "Enable HTTP secure server"),
    OFF("ip identd", "Ident server"),
    KEPT_OFF("ip source-route", source_route, "Process packets with source routing header options"),
    ALWAYS("ip cef", "Cisco Express Forwarding"),
    ALWAYS("ip classless", "Follow classless routing forwarding rules"),
    HELP(CONFIG, "ip forward-protocol", "Controls forwarding of physical and directed IP broadcasts"),
    ALWAYS("ip forward-protocol nd", "Sun's Network Disk protocol"),
    ALWAYS("ip routing", "Enable IP routing"),
    ALWAYS("ip subnet-zero", "Allow 'subnet zero' subnets"),
    OFF("logging esm config", "Set ESM filter restrictions|Permit/Deny configuration changes from ESM filters"),
    OFF("license smart enable", "Configure license features|Smart licensing|Enable smart licensing"),
    OFF("parser cache", "Configure parser|Cache of recently parsed lines"),
    /* furniture */
    ALWAYS("multilink bundle-name authenticated",
           "PPP multilink global configuration|Select method for naming multilink bundles|Use the peer's authenticated "
           "name"),
    ALWAYS("subscriber templating", "Subscriber policy|Subscriber templates"),
    ALWAYS(
        "spanning-tree extend system-id",
        "Spanning Tree Subsystem|Spanning Tree 802.1t extensions|Extend system-id into priority portion of the bridge "
        "id (PVST & Rapid PVST only)"),
    HELP(CONFIG, "platform", "platform specific configuration"),
    ALWAYS("platform console {auto|serial|virtual}",
           "platform console configuration|Auto detect the console|Serial port console|Virtual console"),
    OFF("platform punt-keepalive disable-kernel-core",
        "punt-path keepalive|Disable kernel core when the keepalive fails"),
    MODE(CONFIG, CONFIG_CP, &empty_scope, &sys_scope, struct sys_conf, control_planes, "control-plane",
         "Configure control plane services"),
    MODE(CONFIG, CONFIG_RED, &empty_scope, &sys_scope, struct sys_conf, redundancies, "redundancy",
         "Enter redundancy mode"),
    SET(CONFIG_RED, NULL, "mode none=none", "redundancy mode for this chassis|Do not use redundancy",
        NUM(struct empty_conf, none)),
    HELP(CONFIG_IF, "ip", "Interface Internet Protocol config commands"),
    IF_OFF("ip directed-broadcast", "Enable forwarding of directed broadcasts"),
    IF_OFF("ip mask-reply", "Enable sending ICMP Mask Reply messages"),
    IF_OFF("ip virtual-reassembly [in]", "Virtual Reassembly|Ingress"),
    IF_ALWAYS("ip route-cache", "Enable fast-switching cache for outgoing packets"),
    HELP(CONFIG_IF, "arp", "Set arp type (arpa, probe, snap) or timeout"),
    IF_ALWAYS("arp arpa", "Standard arp protocol"),
    HELP(CONFIG_IF, "lldp", "LLDP interface subcommands"),
    IF_OFF("lldp transmit", "Enable LLDP transmission on this interface"),
    IF_OFF("lldp receive", "Enable LLDP reception on this interface"),
    HELP(CONFIG_LINE, "speed", "Set the transmit and receive speeds"),
    ABSENT(CONFIG_LINE, 0, "speed 9600", "9600 bits per second"),
};
const struct cmd_table cli_table_absent = CMD_TABLE("cli/cmd/cmd_absent", rows);
