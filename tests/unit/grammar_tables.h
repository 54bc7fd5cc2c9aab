/* grammar_tables.h: a small made-up router, only conf objects and rows, with every construct of the sentence language. For the tests of grammar and config. */
#ifndef TESTS_GRAMMAR_TABLES_H
#define TESTS_GRAMMAR_TABLES_H

#include <stdio.h>
#include <string.h>

#include "cli/config/config.h"

struct psk_conf {
    char key[32];
    uint32_t addr, mask;
    bool no_xauth;
};
struct policy_conf {
    uint16_t priority;
    uint8_t encr, auth, group, hash;
    uint16_t bits;
    uint32_t lifetime;
};
struct set_conf {
    char name[32];
    uint8_t cipher, auth, mode;
};
struct map_conf {
    char name[32];
    uint16_t seq;
    struct conf_list peers;
    char acl[32], sets[6][32];
    uint8_t pfs;
    uint32_t life_s;
};
struct peer_conf {
    uint32_t addr;
};
struct event_conf {
    char tag[16], pattern[80], oid[64], oid_val[32];
    uint8_t type, op;
    uint32_t src;
    uint64_t maxrun;
};
struct action_conf {
    char label[16], text[80], pattern[40];
    uint8_t verb, priority;
    uint32_t wait;
    bool has_int1;
    int32_t int1;
    bool has_str;
};
struct applet_conf {
    char name[32], class_name[8], description[60];
    bool trap;
    struct conf_list events, actions;
};
struct iface_conf {
    char name[IFNAME_MAX], description[40], map[32];
    uint32_t addr, mask;
    bool shutdown;
    uint16_t mtu;
};
struct ace_conf {
    uint32_t seq;
    uint8_t action, proto, src_kind, dst_kind;
    uint32_t src, src_wild, dst, dst_wild;
    bool log;
};
struct acl_conf {
    char name[32];
    struct conf_list entries;
};
struct line_conf {
    uint8_t type;
    uint16_t first, last;
    bool login, local;
    uint16_t timeout_min;
    uint32_t timeout_s;
};
struct host_conf {
    char host[48], community[32];
    uint8_t version;
    char types[4][16];
    uint16_t port;
};
struct route_conf {
    uint32_t net, mask, via;
    char ifname[IFNAME_MAX];
    uint8_t distance;
};
struct fake_conf {
    char hostname[64], location[40];
    bool lookup, buffered, recovery, manager, compress;
    uint32_t buffer_size;
    uint8_t buffer_level;
    uint16_t keepalive, retry;
    uint8_t keepalive_mode;
    bool stamps_msec;
    uint8_t stamps;
    int8_t zone;
    struct conf_list psks, policies, sets, maps, applets, ifaces, acls, lines, hosts, routes;
};

struct fake {
    struct fake_conf conf;
    char log[2000]; /* who was told what: "+policy", "*policy", "-policy" */
    struct cmd_ctx last;
};

static int by_seq(const void *a, const void *b)
{
    const struct ace_conf *x = a, *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_priority(const void *a, const void *b)
{
    const struct policy_conf *x = a, *y = b;
    return (x->priority > y->priority) - (x->priority < y->priority);
}

static int by_label(const void *a, const void *b)
{
    return strcmp(((const struct action_conf *)a)->label, ((const struct action_conf *)b)->label);
}

static int by_line(const void *a, const void *b)
{
    const struct line_conf *x = a, *y = b;
    return x->type != y->type ? (x->type > y->type) - (x->type < y->type) : (x->first > y->first) - (x->first < y->first);
}

static void note(void *self, char sign, const char *what)
{
    struct fake *f = self;
    size_t n = strlen(f->log);
    snprintf(f->log + n, sizeof(f->log) - n, "%c%s ", sign, what);
}
#define CHANGED(name)                                                 \
    static void name##_changed(void *self, void *obj, enum cmd_change what) \
    {                                                                 \
        (void)obj;                                                    \
        note(self, "+*-"[what], #name);                               \
    }
CHANGED(conf)
CHANGED(psk)
CHANGED(policy)
CHANGED(map)
CHANGED(peer)
CHANGED(applet)
CHANGED(action)
CHANGED(iface)

static void ace_changed(void *self, void *obj, enum cmd_change what)
{
    struct fake *f = self;
    struct ace_conf *ace = obj;
    uint32_t highest = 0;

    note(self, "+*-"[what], "ace");
    if (what != CMD_ADDED || ace->seq)
        return;
    for (size_t a = 0; a < f->conf.acls.n; a++) {
        const struct acl_conf *acl = f->conf.acls.v[a];
        bool here = false;
        for (size_t i = 0; i < acl->entries.n; i++)
            here |= acl->entries.v[i] == obj;
        for (size_t i = 0; here && i < acl->entries.n; i++)
            if (((struct ace_conf *)acl->entries.v[i])->seq > highest)
                highest = ((struct ace_conf *)acl->entries.v[i])->seq;
    }
    ace->seq = highest / 10 * 10 + 10;
}

static void psk_init(void *obj)
{
    ((struct psk_conf *)obj)->mask = 0xffffffff;
}
static void policy_init(void *obj)
{
    struct policy_conf *p = obj;
    p->group = 1;
    p->bits = 128;
    p->lifetime = 86400;
}
static void map_fini(void *obj)
{
    conf_list_clear(&((struct map_conf *)obj)->peers);
}
static void map_init(void *obj)
{
    struct map_conf *m = obj;
    conf_list_init(&m->peers, sizeof(struct peer_conf), NULL, NULL);
    m->life_s = 3600;
}
static void action_init(void *obj)
{
    ((struct action_conf *)obj)->priority = 6;
}
static void event_init(void *obj)
{
    ((struct event_conf *)obj)->maxrun = 20000;
}
static void applet_fini(void *obj)
{
    conf_list_clear(&((struct applet_conf *)obj)->events);
    conf_list_clear(&((struct applet_conf *)obj)->actions);
}
static void applet_init(void *obj)
{
    struct applet_conf *a = obj;
    strcpy(a->class_name, "default");
    conf_list_init(&a->events, sizeof(struct event_conf), NULL, NULL);
    conf_list_init(&a->actions, sizeof(struct action_conf), by_label, NULL);
}
static bool applet_check(void *self, const void *obj, struct out *out)
{
    const struct applet_conf *a = obj;
    (void)self;
    if (strcmp(a->class_name, "Z") != 0)
        return true;
    out_text(out, "% no such class\n");
    return false;
}
static void applet_left(void *self, void *obj, struct out *out)
{
    (void)obj;
    (void)out;
    note(self, '<', "applet");
}
static void iface_init(void *obj)
{
    ((struct iface_conf *)obj)->mtu = 1500;
}
static void acl_fini(void *obj)
{
    conf_list_clear(&((struct acl_conf *)obj)->entries);
}
static void acl_init(void *obj)
{
    conf_list_init(&((struct acl_conf *)obj)->entries, sizeof(struct ace_conf), by_seq, NULL);
}
static void line_init(void *obj)
{
    ((struct line_conf *)obj)->timeout_min = 10;
}
static void route_init(void *obj)
{
    ((struct route_conf *)obj)->distance = 1;
}
static void conf_init(void *obj)
{
    struct fake_conf *c = obj;
    c->lookup = c->buffered = true;
    c->buffer_size = 4096;
    c->buffer_level = 7;
    c->retry = 2;
    strcpy(c->hostname, "Router");
    conf_list_init(&c->psks, sizeof(struct psk_conf), NULL, NULL);
    conf_list_init(&c->policies, sizeof(struct policy_conf), by_priority, NULL);
    conf_list_init(&c->sets, sizeof(struct set_conf), NULL, NULL);
    conf_list_init(&c->maps, sizeof(struct map_conf), NULL, map_fini);
    conf_list_init(&c->applets, sizeof(struct applet_conf), NULL, applet_fini);
    conf_list_init(&c->ifaces, sizeof(struct iface_conf), NULL, NULL);
    conf_list_init(&c->acls, sizeof(struct acl_conf), NULL, acl_fini);
    conf_list_init(&c->lines, sizeof(struct line_conf), by_line, NULL);
    conf_list_init(&c->hosts, sizeof(struct host_conf), NULL, NULL);
    conf_list_init(&c->routes, sizeof(struct route_conf), NULL, NULL);
}
static void conf_fini(void *obj)
{
    struct fake_conf *c = obj;
    struct conf_list *lists[] = {&c->psks, &c->policies, &c->sets, &c->maps, &c->applets, &c->ifaces, &c->acls, &c->lines, &c->hosts, &c->routes};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        conf_list_clear(lists[i]);
}
static bool conf_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    if (!strpbrk(((const struct fake_conf *)obj)->hostname, "_"))
        return true;
    out_text(out, "% Hostname contains one or more illegal characters.\n");
    return false;
}
static void *conf_global(void *self)
{
    return &((struct fake *)self)->conf;
}

static const struct cmd_scope conf_scope = {.size = sizeof(struct fake_conf), .init = conf_init, .fini = conf_fini, .global = conf_global, .changed = conf_changed, .check = conf_check};
static const struct cmd_scope psk_scope = {.size = sizeof(struct psk_conf), .init = psk_init, .changed = psk_changed};
static const struct cmd_scope policy_scope = {.size = sizeof(struct policy_conf), .init = policy_init, .changed = policy_changed};
static const struct cmd_scope set_scope = {.size = sizeof(struct set_conf)};
static const struct cmd_scope map_scope = {.size = sizeof(struct map_conf), .init = map_init, .fini = map_fini, .changed = map_changed};
static const struct cmd_scope peer_scope = {.size = sizeof(struct peer_conf), .changed = peer_changed};
static const struct cmd_scope applet_scope = {
    .size = sizeof(struct applet_conf), .init = applet_init, .fini = applet_fini, .changed = applet_changed, .check = applet_check, .left = applet_left};
static const struct cmd_scope event_scope = {.size = sizeof(struct event_conf), .init = event_init};
static const struct cmd_scope action_scope = {.size = sizeof(struct action_conf), .init = action_init, .changed = action_changed};
static const struct cmd_scope iface_scope = {.size = sizeof(struct iface_conf), .init = iface_init, .changed = iface_changed};
static const struct cmd_scope acl_scope = {.size = sizeof(struct acl_conf), .init = acl_init, .fini = acl_fini};
static const struct cmd_scope ace_scope = {.size = sizeof(struct ace_conf), .changed = ace_changed};
static const struct cmd_scope line_scope = {.size = sizeof(struct line_conf), .init = line_init};
static const struct cmd_scope host_scope = {.size = sizeof(struct host_conf)};
static const struct cmd_scope route_scope = {.size = sizeof(struct route_conf), .init = route_init};

static enum cmd_result do_nothing(struct cmd_ctx *c)
{
    ((struct fake *)c->self)->last = *c;
    return CMD_OK;
}

/* Escape hatch: a line with a checksum nobody types. */
static void print_location(void *self, const void *obj, struct text *out)
{
    const struct fake_conf *c = obj;
    (void)self;
    if (c->location[0])
        text_printf(out, "snmp-server location %s\n", c->location);
}

static const struct cmd_row exec_rows[] = {
    HELP(EXEC, "show", "Show running system information"),
    HELP(EXEC, "show crypto", "Encryption module"),
    HELP(EXEC, "show crypto isakmp", "Show ISAKMP"),
    HELP(EXEC, "clear", "Reset functions"),
    DO(EXEC, 1, "show clock [detail]", do_nothing, "Display the system clock|Display detailed information"),
    DO(EXEC, 1, "show crypto isakmp sa [detail]", do_nothing, "Show ISAKMP Security Associations|Show ISAKMP SA detail"),
    DO(EXEC, 1, "show crypto isakmp policy", do_nothing, "Show ISAKMP protection suite policy"),
    DO(EXEC, 1, "show crypto ipsec sa [peer <ip>] [detail]", do_nothing,
       "Show IPSEC policy|IPSEC SA table|Show all SAs for a peer|Address of the peer|Show counter detail"),
    DO(EXEC, 1, "show interfaces [<ifname:name>] [description|stats]=what", do_nothing,
       "Interface status and configuration|Name of interface|Show interface description|Show interface packets and octets"),
    DO(EXEC, 1, "show ip interface [brief]", do_nothing, "IP information|IP interface status and configuration|Brief summary of IP status"),
    DO(EXEC, 1, "show format <word:spec>", do_nothing, "Show a format|Specification"),
    DO(EXEC, 15, "show running-config [all|interface <ifname:name>]", do_nothing,
       "Current operating configuration|Configuration with defaults|Show interface configuration|Name of interface"),
    DO(EXEC, 15, "clear crypto sa [peer <ip:peer>|counters=counters]", do_nothing, "Encryption subsystem|Clear SAs|Clear all SAs for a peer|Address|Reset the SA counters"),
    DO(EXEC, 15, "clear logging", do_nothing, "Clear logging buffer"),
    DO(EXEC, 15, "configure terminal", do_nothing, "Enter configuration mode|Configure from the terminal"),
    DO(EXEC, 15, "copy {running-config|startup-config|<url:from>}=what {running-config|startup-config|<url:to>}", do_nothing,
       "Copy from one file to another|Copy from current system configuration|Copy from startup configuration|File|Update (merge with) current system configuration|"
       "Copy to startup configuration|File"),
    DO_NO(EXEC, 15, "debug crypto {isakmp|ipsec|engine}=what", do_nothing, "Debugging functions|Cryptographic subsystem|ISAKMP Key Management|IPSEC processing|Crypto Engine Debug"),
    DO_NO(EXEC, 15, "debug all", do_nothing, "|Enable all debugging"),
    DO(EXEC, 15, "undebug all", do_nothing, "Disable debugging functions|Disable all debugging"),
    DO(EXEC, 1, "ping [ip] <host:target> &{[repeat <1-2147483647:count>]|[size <size:36-18024>]|[source <ifname:source>]|[df-bit=df]}", do_nothing,
       "Send echo messages|IP echo|Ping destination address or hostname|specify repeat count|Repeat count|specify datagram size|Datagram size|"
       "specify source address or name|Interface|enable do not fragment bit in IP header"),
    DO(EXEC, 0, "exit", do_nothing, "Exit from the EXEC"),
    DO(EXEC, 1, "terminal length <0-512:n>", do_nothing, "Set terminal line parameters|Set number of lines on a screen|Number of lines on screen (0 for no pausing)"),
    DO(EXEC, 15, "event manager run <word:name> [<word:arg>...]", do_nothing, "Event related commands|Event manager|Run a policy|Name|Argument"),
};

static const struct cmd_row config_rows[] = {
    SET(CONFIG, &conf_scope, "service timestamps log {uptime|datetime [msec=stamps_msec]}=stamps",
        "Modify use of network based services|Timestamp debug/log messages|Timestamp log messages|Timestamp with system uptime|Timestamp with date and time|"
        "Include milliseconds in timestamp",
        NUM(struct fake_conf, stamps), NUM(struct fake_conf, stamps_msec)),
    SET_F(CONFIG, &conf_scope, CMD_SHOW_NO, "service compress-config=compress", "|Compress the nvram configuration file", NUM(struct fake_conf, compress)),
    SET(CONFIG, &conf_scope, "hostname <word:hostname>", "Set system's network name|This system's network name", TXT(struct fake_conf, hostname)),
    SET(CONFIG, &conf_scope, "clock timezone <zone:-23-23>", "Configure time-of-day clock|Configure time zone|Hours offset from UTC", SNUM(struct fake_conf, zone)),
    SET(CONFIG, &conf_scope, "ip domain lookup=lookup", "Global IP configuration subcommands|IP DNS Resolver|Enable IP Domain Name System hostname translation",
        NUM(struct fake_conf, lookup)),
    SET(CONFIG, &conf_scope, "logging buffered=buffered [<buffer_size:4096-2147483647>] [{emergencies|alerts|critical|errors|warnings|notifications|informational|debugging}=buffer_level]",
        "Modify message logging facilities|Set buffered logging parameters|Logging buffer size|System is unusable|Immediate action needed|Critical conditions|"
        "Error conditions|Warning conditions|Normal but significant conditions|Informational messages|Debugging messages",
        NUM(struct fake_conf, buffered), NUM(struct fake_conf, buffer_size), NUM(struct fake_conf, buffer_level)),
    HELP(CONFIG, "crypto", "Encryption module"),
    HELP(CONFIG, "crypto isakmp", "Configure ISAKMP policy"),
    MODE(CONFIG, CONFIG_ISAKMP, &policy_scope, &conf_scope, struct fake_conf, policies, "crypto isakmp policy <priority:1-10000>",
         "Set policy for an ISAKMP protection suite|Priority of protection suite", KEY_NUM(struct policy_conf, priority)),
    LINE(CONFIG, &psk_scope, &conf_scope, struct fake_conf, psks, "crypto isakmp key [0] <word:key> address <ip:addr> [<mask>] [no-xauth=no_xauth]",
         "Set pre-shared key for remote peer|Specifies an UNENCRYPTED password will follow|The UNENCRYPTED user password|define shared key with IP address|"
         "Peer IP address|Peer IP subnet mask|Bypasses XAuth for this peer",
         TXT(struct psk_conf, key), KEY_NUM(struct psk_conf, addr), KEY_NUM(struct psk_conf, mask), NUM(struct psk_conf, no_xauth)),
    SET(CONFIG, &conf_scope, "crypto isakmp invalid-spi-recovery=recovery", "Initiate IKE and send Invalid SPI Notify", NUM(struct fake_conf, recovery)),
    SET(CONFIG, &conf_scope, "crypto isakmp keepalive <keepalive:10-3600> [<retry:2-60>] [on-demand|periodic]=keepalive_mode",
        "Set a keepalive interval for use with IOS peers|Number of seconds between keep alives|Number of seconds between retries if keepalive fails|"
        "Only send when needed|Send at regular intervals",
        NUM(struct fake_conf, keepalive), NUM(struct fake_conf, retry), NUM(struct fake_conf, keepalive_mode)),
    MODE(CONFIG, CONFIG_TRANSFORM, &set_scope, &conf_scope, struct fake_conf, sets,
         "crypto ipsec transform-set <word:name> {esp-aes|esp-aes 192|esp-aes 256|esp-3des}=cipher [esp-sha-hmac=auth|esp-md5-hmac=auth:2]",
         "Configure IPSEC policy|Define transform and settings|Transform set tag|ESP transform using AES cipher|ESP transform using AES cipher|192 bit keys|"
         "ESP transform using AES cipher|256 bit keys|ESP transform using 3DES cipher|ESP transform using HMAC-SHA auth|ESP transform using HMAC-MD5 auth",
         KEY_TXT(struct set_conf, name), NUM(struct set_conf, cipher), NUM(struct set_conf, auth)),
    MODE(CONFIG, CONFIG_CRYPTO_MAP, &map_scope, &conf_scope, struct fake_conf, maps, "crypto map <word:name> <seq:1-65535> ipsec-isakmp",
         "Enter a crypto map|Crypto map tag|Sequence to insert into crypto map entry|IPSEC w/ISAKMP", KEY_TXT(struct map_conf, name), KEY_NUM(struct map_conf, seq)),
    MODE(CONFIG, CONFIG_IF, &iface_scope, &conf_scope, struct fake_conf, ifaces, "interface <ifname:name>", "Select an interface to configure|Name of interface",
         KEY_TXT(struct iface_conf, name)),
    LINE(CONFIG, &route_scope, &conf_scope, struct fake_conf, routes, "ip route <ip:net> <mask> <ip:via> [<distance:1-255>]",
         "|Establish static routes|Destination prefix|Destination prefix mask|Forwarding router's address|Distance metric for this route",
         KEY_NUM(struct route_conf, net), KEY_NUM(struct route_conf, mask), KEY_NUM(struct route_conf, via), NUM(struct route_conf, distance)),
    LINE(CONFIG, &route_scope, &conf_scope, struct fake_conf, routes, "ip route <ip:net> <mask> <ifname> [<ip:via>] [<distance:1-255>]",
         "||||Interface|Forwarding router's address|Distance metric for this route", KEY_NUM(struct route_conf, net), KEY_NUM(struct route_conf, mask),
         KEY_TXT(struct route_conf, ifname), KEY_NUM(struct route_conf, via), NUM(struct route_conf, distance)),
    MODE(CONFIG, CONFIG_EXT_NACL, &acl_scope, &conf_scope, struct fake_conf, acls, "ip access-list extended <word:name>",
         "|Named access-list|Extended Access List|Access-list name", KEY_TXT(struct acl_conf, name)),
    SET(CONFIG, &conf_scope, "snmp-server manager=manager", "Modify SNMP engine parameters|Modify SNMP manager parameters", NUM(struct fake_conf, manager)),
    {.kind = CMD_SET_ROW, .mode = CONFIG, .scope = &conf_scope, .sentence = "snmp-server location <line:location>",
     .help = "|Text for mib object sysLocation|The physical location of this node", .binds = CMD_BINDS(TXT(struct fake_conf, location)), .print = print_location},
    LINE(CONFIG, &host_scope, &conf_scope, struct fake_conf, hosts,
         "snmp-server host <host> [version {1|2c}=version] <word:community> [udp-port <port:0-65535>] [<word:types>...]",
         "|Specify hosts to receive SNMP notifications|Address|SNMP version to use|Use 1|Use 2c|SNMPv1/v2c community string|The notification host's UDP port number|"
         "Port|Notification type",
         KEY_TXT(struct host_conf, host), NUM(struct host_conf, version), TXT(struct host_conf, community), NUM(struct host_conf, port), TXTS(struct host_conf, types)),
    MODE(CONFIG, CONFIG_LINE, &line_scope, &conf_scope, struct fake_conf, lines, "line console=type:0 <first:0-0>",
         "Configure a terminal line|Primary terminal line|Line number", KEY_NUM(struct line_conf, type), KEY_NUM(struct line_conf, first)),
    MODE(CONFIG, CONFIG_LINE, &line_scope, &conf_scope, struct fake_conf, lines, "line vty=type:2 <first:0-15> [<last:1-15>]",
         "|Virtual terminal|First Line number|Last Line number", KEY_NUM(struct line_conf, type), KEY_NUM(struct line_conf, first), NUM(struct line_conf, last)),
    MODE(CONFIG, CONFIG_APPLET, &applet_scope, &conf_scope, struct fake_conf, applets, "event manager applet <word:name> [class <word:class_name>] [trap=trap]",
         "Event related configuration commands|Event manager configuration commands|Register an Event Manager applet|Name of the Event Manager applet|"
         "EEM policy class|Class name|Generate an SNMP trap when policy is triggered",
         KEY_TXT(struct applet_conf, name), TXT(struct applet_conf, class_name), NUM(struct applet_conf, trap)),
    DO(CONFIG, 15, "exit", do_nothing, "Exit from configure mode"),
    DO(CONFIG, 15, "end", do_nothing, "Exit from configure mode"),
};

static const struct cmd_row mode_rows[] = {
    SET(CONFIG_ISAKMP, NULL, "encryption {des|3des|aes [128|192|256]}=encr", "Set encryption algorithm for protection suite|DES|Three key triple DES|AES|128 bit keys|192 bit keys|256 bit keys",
        NUM(struct policy_conf, encr)),
    SET_F(CONFIG_ISAKMP, NULL, CMD_HIDDEN, "encr {des|3des|aes}=encr", "Set encryption algorithm|DES|3DES|AES", NUM(struct policy_conf, encr)),
    SET(CONFIG_ISAKMP, NULL, "bits <bits:128-256>", "Key size|Bits", NUM(struct policy_conf, bits)),
    SET(CONFIG_ISAKMP, NULL, "hash {md5=hash:1|sha=hash:0|sha256=hash:2}", "Set hash algorithm for protection suite|Message Digest 5|Secure Hash Standard|Secure Hash Standard 2 (256 bit)",
        NUM(struct policy_conf, hash)),
    SET(CONFIG_ISAKMP, NULL, "authentication {rsa-sig|pre-share}=auth", "Set authentication method|Rivest-Shamir-Adleman Signature|Pre-Shared Key", NUM(struct policy_conf, auth)),
    SET(CONFIG_ISAKMP, NULL, "group {1=group:1|2=group:2|5=group:5|14=group:14|15=group:15|20=group:20}",
        "Set the Diffie-Hellman group|group 1|group 2|group 5|group 14|group 15|group 20", NUM(struct policy_conf, group)),
    SET(CONFIG_ISAKMP, NULL, "lifetime <lifetime:60-86400>", "Set lifetime for ISAKMP security association|lifetime in seconds", NUM(struct policy_conf, lifetime)),

    SET(CONFIG_TRANSFORM, NULL, "mode {tunnel|transport}=mode", "encapsulation mode|tunnel mode|transport mode", NUM(struct set_conf, mode)),

    LINE(CONFIG_CRYPTO_MAP, &peer_scope, NULL, struct map_conf, peers, "set peer <ip:addr>", "Set values|Allowed Encryption/Decryption peer|IP address of peer",
         KEY_NUM(struct peer_conf, addr)),
    SET(CONFIG_CRYPTO_MAP, NULL, "set security-association lifetime seconds <life_s:120-86400>", "|Security association parameters|Lifetime|Time-based|Seconds", NUM(struct map_conf, life_s)),
    SET(CONFIG_CRYPTO_MAP, NULL, "set transform-set <word:sets>...", "|Specify list of transform sets in priority order|Proposal tag", TXTS(struct map_conf, sets)),
    SET(CONFIG_CRYPTO_MAP, NULL, "set pfs [group1=pfs:1|group2=pfs:2|group5=pfs:5|group14=pfs:14]", "|Specify pfs settings|D-H Group1|D-H Group2|D-H Group5|D-H Group14",
        NUM(struct map_conf, pfs)),
    SET(CONFIG_CRYPTO_MAP, NULL, "match address <word:acl>", "Match values|Match address of packets to encrypt|Access-list name", TXT(struct map_conf, acl)),

    SET(CONFIG_IF, NULL, "description <line:description>", "Interface specific description|Up to 39 characters describing this interface", TXT(struct iface_conf, description)),
    SET(CONFIG_IF, NULL, "mtu <mtu:64-9216>", "Set the interface Maximum Transmission Unit (MTU)|MTU size in bytes", NUM(struct iface_conf, mtu)),
    SET_F(CONFIG_IF, NULL, CMD_SHOW_NO, "ip address <ip:addr> <mask>", "Interface Internet Protocol config commands|Set the IP address of an interface|IP address|IP subnet mask",
          NUM(struct iface_conf, addr), NUM(struct iface_conf, mask)),
    SET(CONFIG_IF, NULL, "shutdown=shutdown", "Shutdown the selected interface", NUM(struct iface_conf, shutdown)),
    SET(CONFIG_IF, NULL, "crypto map <word:map>", "Encryption/Decryption commands|Assign a Crypto Map|Crypto Map tag", TXT(struct iface_conf, map)),

    LINE(CONFIG_EXT_NACL, &ace_scope, NULL, struct acl_conf, entries,
         "[<seq:1-2147483647>] {deny|permit}=action {ip=proto|tcp=proto:6|udp=proto:17|esp=proto:50} {any=src_kind|host=src_kind:2 <ip:src>|<ip:src> <wildcard:src_wild>} "
         "{any=dst_kind|host=dst_kind:2 <ip:dst>|<ip:dst> <wildcard:dst_wild>} [log]",
         "Sequence Number|Specify packets to reject|Specify packets to forward|Any Internet Protocol|TCP|UDP|ESP|Any source host|A single source host|Source address|"
         "Source address|Source wildcard bits|Any destination host|A single destination host|Destination address|Destination address|Destination wildcard bits|Log matches",
         KEY_NUM(struct ace_conf, seq), NUM(struct ace_conf, action), NUM(struct ace_conf, proto), NUM(struct ace_conf, src_kind), NUM(struct ace_conf, src), NUM(struct ace_conf, src_wild),
         NUM(struct ace_conf, dst_kind), NUM(struct ace_conf, dst), NUM(struct ace_conf, dst_wild)),

    SET(CONFIG_LINE, NULL, "login=login [local=local]", "Enable password checking|Local password checking", NUM(struct line_conf, login), NUM(struct line_conf, local)),
    SET(CONFIG_LINE, NULL, "exec-timeout <timeout_min:0-35791> [<timeout_s:0-2147483>]", "Set the EXEC timeout|Timeout in minutes|Timeout in seconds",
        NUM(struct line_conf, timeout_min), NUM(struct line_conf, timeout_s)),

    SET(CONFIG_APPLET, NULL, "description <line:description>", "Add or modify an applet description|Applet description", TXT(struct applet_conf, description)),
    LINE(CONFIG_APPLET, &event_scope, NULL, struct applet_conf, events, "event [tag <word:tag>] syslog=type:11 pattern <string:pattern> [maxrun <seconds:maxrun>]",
         "Add or modify event information|Event tag identifier|Event tag|Syslog event|Syslog message pattern|Regular expression|Maximum runtime|Seconds",
         KEY_TXT(struct event_conf, tag), NUM(struct event_conf, type), TXT(struct event_conf, pattern), NUM(struct event_conf, maxrun)),
    LINE(CONFIG_APPLET, &event_scope, NULL, struct applet_conf, events,
         "event [tag <word:tag>] snmp-notification=type:29 &{oid <oid>|oid-val <string:oid_val>|op {gt|ge|eq|ne|lt|le}=op|[src-ip-address <ip:src>]|[maxrun <seconds:maxrun>]}",
         "|||SNMP notification event|Object ID|OID|Value to compare|Value|Operator|Greater|Greater or equal|Equal|Not equal|Less|Less or equal|Source address|Address|Maximum runtime|Seconds",
         KEY_TXT(struct event_conf, tag), NUM(struct event_conf, type), TXT(struct event_conf, oid), TXT(struct event_conf, oid_val), NUM(struct event_conf, op),
         NUM(struct event_conf, src), NUM(struct event_conf, maxrun)),
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions, "action <word:label> cli=verb:1 command <string:text> [pattern <string:pattern>]",
         "Add or modify an action statement|Label|Execute a CLI command|CLI command to execute|Command|Answer pattern|Pattern", KEY_TXT(struct action_conf, label),
         NUM(struct action_conf, verb), TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions,
         "action <word:label> syslog=verb:2 &{[priority {emergencies|alerts|critical|errors|warnings|notifications|informational|debugging}=priority]|msg <string:text>}",
         "||Log a syslog message|Priority of message|0|1|2|3|4|5|6|7|Message text|Text", KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb),
         TXT(struct action_conf, text), NUM(struct action_conf, priority)),
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions, "action <word:label> wait=verb:3 <wait:1-31536000>", "||Wait for a specified amount of time|Seconds",
         KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb), NUM(struct action_conf, wait)),
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions, "action <word:label> snmp-trap=verb:4 &{[intdata1=has_int1 <int1:-2147483648-2147483647>]|[strdata=has_str <string:text>]}",
         "||Send an SNMP trap|First integer|Value|String|Value", KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb), NUM(struct action_conf, has_int1),
         SNUM(struct action_conf, int1), NUM(struct action_conf, has_str), TXT(struct action_conf, text)),
};

static const struct cmd_table exec_table = CMD_TABLE("exec", exec_rows);
static const struct cmd_table config_table = CMD_TABLE("config", config_rows);
static const struct cmd_table mode_table = CMD_TABLE("mode", mode_rows);
static const struct cmd_table *const fake_tables[] = {&exec_table, &config_table, &mode_table};

/* A grammar over all three tables, or over one extra table alone. Fails the test with the compiler's words. */
static inline struct fake *fake_new(void)
{
    struct fake *f = NEW(struct fake);
    conf_init(&f->conf);
    return f;
}
static inline void fake_free(struct fake *f)
{
    conf_fini(&f->conf);
    mem_free(f);
}
static inline struct grammar *fake_grammar(struct fake *f)
{
    struct text err = {0};
    void *selves[] = {f, f, f};
    struct grammar *g = grammar_new(fake_tables, selves, 3, &err);
    if (!g)
        fprintf(stderr, "%s", text_str(&err));
    text_free(&err);
    return g;
}
#endif
