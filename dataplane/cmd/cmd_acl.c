/* cmd_acl.c: extended access lists: access-list N ..., ip access-list extended NAME and its lines; resequence; show
 * access-lists; clear access-list counters. Standard ones: cmd_acl_std.c.
 *
 * The rows of a numbered and of a named list differ only in how they begin, so they are made by one macro per protocol.
 * Ports are numbers or IOS's names, which lines and shows print back. An address typed with a wildcard of
 * all ones or none becomes `any` or `host`, as on IOS. Typing `no access-list N` removes the whole list.
 *
 * What it does not do: time ranges, TTL and IP options: refused, because they would do nothing. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/cmd/net_cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/acl.h"
#include "espial/mem.h"

typedef unsigned long long ull;

struct named {
    const char *name;
    uint16_t value;
};
/* Each name once: X(name, port, help). The sentences and the shows are made of the same lists. */
#define TCP_PORTS(X) \
    X("bgp", 179, "Border Gateway Protocol (179)") \
    X("domain", 53, "Domain Name Service (53)") \
    X("ftp", 21, "File Transfer Protocol (21)") \
    X("ftp-data", 20, "FTP data connections (20)") \
    X("ident", 113, "Ident Protocol (113)") \
    X("lpd", 515, "Printer service (515)") \
    X("nntp", 119, "Network News Transport Protocol (119)") \
    X("pop3", 110, "Post Office Protocol v3 (110)") \
    X("smtp", 25, "Simple Mail Transport Protocol (25)") \
    X("sunrpc", 111, "Sun Remote Procedure Call (111)") \
    X("tacacs", 49, "TAC Access Control System (49)") \
    X("telnet", 23, "Telnet (23)") \
    X("whois", 43, "Nicname (43)") \
    X("www", 80, "World Wide Web (HTTP, 80)")
#define UDP_PORTS(X) \
    X("bootpc", 68, "Bootstrap Protocol (BOOTP) client (68)") \
    X("bootps", 67, "Bootstrap Protocol (BOOTP) server (67)") \
    X("domain", 53, "Domain Name Service (DNS, 53)") \
    X("isakmp", 500, "Internet Security Association and Key Management Protocol (500)") \
    X("netbios-dgm", 138, "NetBios datagram service (138)") \
    X("netbios-ns", 137, "NetBios name service (137)") \
    X("non500-isakmp", 4500, "Internet Security Association and Key Management Protocol (4500)") \
    X("ntp", 123, "Network Time Protocol (123)") \
    X("rip", 520, "Routing Information Protocol (router, in.routed, 520)") \
    X("snmp", 161, "Simple Network Management Protocol (161)") \
    X("snmptrap", 162, "SNMP Traps (162)") \
    X("sunrpc", 111, "Sun Remote Procedure Call (111)") \
    X("syslog", 514, "System Logger (514)") \
    X("tacacs", 49, "TAC Access Control System (49)") \
    X("tftp", 69, "Trivial File Transfer Protocol (69)") \
    X("time", 37, "Time (37)")
#define PORT_ROW(n, p, h)    {n, p},
#define NAME_ROW(n, p)       {n, p},
#define PORT_SPORT(n, p, h)  n "=sport:" #p "|"
#define PORT_SPORT2(n, p, h) n "=sport2:" #p "|"
#define PORT_DPORT(n, p, h)  n "=dport:" #p "|"
#define PORT_DPORT2(n, p, h) n "=dport2:" #p "|"
#define PORT_HELP(n, p, h)   h "|"
static const struct named tcp_ports[] = {TCP_PORTS(PORT_ROW)};
static const struct named udp_ports[] = {UDP_PORTS(PORT_ROW)};

static const struct named protos[] = {{"ip", ACL_PROTO_IP}, {"ahp", 51},  {"eigrp", 88}, {"esp", 50}, {"gre", 47},
                                           {"icmp", 1},          {"igmp", 2},  {"ipinip", 4}, {"nos", 94}, {"ospf", 89},
                                           {"pcp", 108},         {"pim", 103}, {"tcp", 6},    {"udp", 17}};
static const struct named icmp_types[] = {{"alternate-address", 6},
                                               {"echo", 8},
                                               {"echo-reply", 0},
                                               {"information-reply", 16},
                                               {"information-request", 15},
                                               {"mask-reply", 18},
                                               {"mask-request", 17},
                                               {"parameter-problem", 12},
                                               {"redirect", 5},
                                               {"router-advertisement", 9},
                                               {"router-solicitation", 10},
                                               {"source-quench", 4},
                                               {"time-exceeded", 11},
                                               {"timestamp-reply", 14},
                                               {"timestamp-request", 13},
                                               {"traceroute", 30},
                                               {"unreachable", 3}};

#define DSCPS(X)                                                                                                       \
    X("af11", 10)                                                                                                      \
    X("af12", 12) X("af13", 14) X("af21", 18) X("af22", 20) X("af23", 22) X("af31", 26) X("af32", 28) X("af33", 30)    \
        X("af41", 34) X("af42", 36) X("af43", 38) X("cs1", 8) X("cs2", 16) X("cs3", 24) X("cs4", 32) X("cs5", 40)      \
            X("cs6", 48) X("cs7", 56) X("default", 0) X("ef", 46)
#define PRECEDENCES(X)                                                                                                 \
    X("critical", 5)                                                                                                   \
    X("flash", 3) X("flash-override", 4) X("immediate", 2) X("internet", 6) X("network", 7) X("priority", 1)           \
        X("routine", 0)
#define TOSES(X)                                                                                                       \
    X("max-reliability", 2) X("max-throughput", 4) X("min-delay", 8) X("min-monetary-cost", 1) X("normal", 0)
static const struct named dscps[] = {DSCPS(NAME_ROW)}, precedences[] = {PRECEDENCES(NAME_ROW)},
                          toses[] = {TOSES(NAME_ROW)},
                          tcp_flags[] = {{"ack", 16}, {"established", 20}, {"fin", 1}, {"psh", 8},
                                         {"rst", 4},  {"syn", 2},          {"urg", 32}};

/* ---- configuration ---- */

static void ace_init(void *obj)
{
    ace_conf_init(obj);
}

static bool number_ok(uint64_t n, bool standard)
{
    return standard ? (n >= 1 && n <= 99) || (n >= 1300 && n <= 1999)
                    : (n >= 100 && n <= 199) || (n >= 2000 && n <= 2699);
}

void acl_line_changed(void *self, void *obj, enum cmd_change what)
{
    struct ace_conf *c = obj;
    char name[16];

    snprintf(name, sizeof name, "%u", c->number);
    if (what == CMD_REMOVED)
        c->number = 0;
    if (what == CMD_ADDED)
        acl_conf_gather(dataplane_net(self), name, !number_ok(c->number, false));
    acl_conf_changed(dataplane_net(self), name);
}

void acl_line_absent(void *self, const void *obj)
{
    const struct ace_conf *c = obj;
    char name[16];

    snprintf(name, sizeof name, "%u", c->number);
    acl_conf_without(dataplane_net(self), name, !number_ok(c->number, false), c);
}

static void ace_settle(void *obj)
{
    ace_canonical(obj);
}

/* Two lines cannot stand in one place. */
bool acl_entry_joins(void *self, const void *parent, const void *obj, struct out *out)
{
    const struct ace_conf *c = obj;

    if (!c->seq || !acl_has_place(dataplane_net(self), parent, c->seq))
        return true;
    out_text(out, "% Duplicate sequence number\n");
    return false;
}

void acl_list_init(void *obj)
{
    acl_conf_init(obj);
}

void acl_list_fini(void *obj)
{
    acl_conf_fini(obj);
}

bool acl_list_ok(struct net *net, const char *name, bool standard, struct out *out)
{
    const struct acl *a = acl_find(net, name);
    uint64_t n;

    if (str_uint(name, 0, UINT32_MAX, &n) && !number_ok(n, standard))
        out_text(out, "% Invalid access list name.\n");
    else if (a && acl_standard(a) != standard)
        out_printf(out, "%% A named %s IP access list with this name already exists\n",
                   standard ? "Extended" : "Standard");
    else
        return true;
    return false;
}

static bool list_check(void *self, const void *obj, struct out *out)
{
    return acl_list_ok(dataplane_net(self), ((const struct acl_conf *)obj)->name, false, out);
}

static bool is_standard_number(const char *name)
{
    uint64_t n;

    return str_uint(name, 0, UINT32_MAX, &n) && number_ok(n, true);
}

void acl_list_changed(void *self, void *obj, enum cmd_change what)
{
    struct acl_conf *c = obj;
    char name[ACL_NAME_MAX];

    str_copy(name, sizeof name, c->name);
    if (what == CMD_ADDED)
        acl_conf_gather(dataplane_net(self), name, is_standard_number(name));
    if (what == CMD_REMOVED)
        c->name[0] = 0;
    acl_conf_changed(dataplane_net(self), name);
}

void acl_list_absent(void *self, const void *obj)
{
    const char *name = ((const struct acl_conf *)obj)->name;

    acl_conf_without(dataplane_net(self), name, is_standard_number(name), NULL);
}

static const struct cmd_scope line_scope = {.size = sizeof(struct ace_conf),
                                            .init = ace_init,
                                            .settle = ace_settle,
                                            .changed = acl_line_changed,
                                            .absent = acl_line_absent};
static const struct cmd_scope entry_scope = {
    .size = sizeof(struct ace_conf), .init = ace_init, .settle = ace_settle, .joins = acl_entry_joins};
static const struct cmd_scope list_scope = {.size = sizeof(struct acl_conf),
                                            .init = acl_list_init,
                                            .fini = acl_list_fini,
                                            .check = list_check,
                                            .changed = acl_list_changed,
                                            .absent = acl_list_absent};

enum cmd_result acl_do_no_list(struct cmd_ctx *c, struct conf_list *lines, struct conf_list *named)
{
    uint32_t number = (uint32_t)cmd_int(c, "number");
    char name[16];

    snprintf(name, sizeof name, "%u", number);
    for (size_t i = lines->n; i-- > 0;)
        if (((struct ace_conf *)lines->v[i])->number == number)
            conf_list_remove(lines, i);
    for (size_t i = named->n; i-- > 0;)
        if (!strcmp(((struct acl_conf *)named->v[i])->name, name))
            conf_list_remove(named, i);
    acl_conf_changed(dataplane_net(c->self), name);
    return CMD_OK;
}

/* no access-list N: all its lines, those of `ip access-list extended N` too. */
static enum cmd_result do_no_list(struct cmd_ctx *c)
{
    struct net_conf *conf = net_conf(dataplane_net(c->self));

    return acl_do_no_list(c, &conf->acl_lines, &conf->acls);
}

/* no SEQ inside a list: the line in that place. */
enum cmd_result acl_do_no_seq(struct cmd_ctx *c)
{
    const struct acl_conf *list = c->obj;
    uint32_t seq = (uint32_t)cmd_int(c, "seq");

    acl_remove_place(dataplane_net(c->self), list->name, seq);
    return CMD_OK;
}

static enum cmd_result do_resequence(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const char *name = cmd_str(c, "name");

    if (!acl_find(net, name)) {
        out_text(c->out, "% Access-list with that name does not exist.\n");
        return CMD_FAIL;
    }
    if (acl_resequence(net, name, (uint32_t)cmd_int(c, "start"), (uint32_t)cmd_int(c, "step")))
        return CMD_OK;
    out_text(c->out, "% Sequence number overflow.\n");
    return CMD_FAIL;
}

/* ---- show ---- */

static void put_addr(struct text *t, uint32_t addr, uint32_t wild)
{
    if (wild == 0xFFFFFFFFu)
        text_add(t, " any");
    else if (!wild)
        text_printf(t, " host %s", IP4(addr));
    else
        text_printf(t, " %s %s", IP4(addr), IP4(wild));
}

#define NAMES(a) a, sizeof a / sizeof a[0]

static void put_named(struct text *t, const struct named *names, size_t n, uint16_t value)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].value == value) {
            text_printf(t, " %s", names[i].name);
            return;
        }
    text_printf(t, " %u", value);
}

static void put_ports(struct text *t, uint16_t proto, uint8_t op, uint16_t a, uint16_t b)
{
    static const char *const ops[] = {"", "eq", "gt", "lt", "neq", "range"};
    bool tcp = proto == PROTO_TCP;
    const struct named *names = tcp ? tcp_ports : udp_ports;
    size_t n = tcp ? sizeof tcp_ports / sizeof tcp_ports[0] : sizeof udp_ports / sizeof udp_ports[0];

    if (op == ACL_PORT_ANY)
        return;
    text_printf(t, " %s", ops[op]);
    put_named(t, names, n, a);
    if (op == ACL_PORT_RANGE)
        put_named(t, names, n, b);
}

static void put_source(struct text *t, const struct acl_rule *r)
{
    if (r->src_wild == 0xFFFFFFFFu)
        text_add(t, " any");
    else if (!r->src_wild)
        text_printf(t, " %s", IP4(r->src));
    else
        text_printf(t, " %s, wildcard bits %s", IP4(r->src), IP4(r->src_wild));
}

void acl_put_extended(struct text *t, const struct acl_rule *r)
{
    put_named(t, NAMES(protos), r->proto);
    put_addr(t, r->src, r->src_wild);
    put_ports(t, r->proto, r->sop, r->sport, r->sport2);
    put_addr(t, r->dst, r->dst_wild);
    put_ports(t, r->proto, r->dop, r->dport, r->dport2);
    if (r->icmp_type < 256)
        put_named(t, icmp_types, r->icmp_code < 256 ? 0 : sizeof icmp_types / sizeof icmp_types[0], r->icmp_type);
    if (r->icmp_code < 256)
        text_printf(t, " %u", r->icmp_code);
    if (r->tcp_flags)
        put_named(t, NAMES(tcp_flags), r->tcp_flags);
    if (r->has_dscp) {
        text_add(t, " dscp");
        put_named(t, NAMES(dscps), r->dscp);
    }
    if (r->has_precedence) {
        text_add(t, " precedence");
        put_named(t, NAMES(precedences), r->precedence);
    }
    if (r->has_tos) {
        text_add(t, " tos");
        put_named(t, NAMES(toses), r->tos);
    }
    if (r->fragments)
        text_add(t, " fragments");
}

static void show_rule(struct cmd_ctx *c, const struct acl *a, const struct acl_rule *r)
{
    static const char *const logs[] = {"", " log", " log-input"};
    struct text t = {0};

    if (acl_standard(a)) {
        text_printf(&t, "    %u %-6s", r->seq, r->permit ? "permit" : "deny");
        put_source(&t, r);
    } else {
        text_printf(&t, "    %u %s", r->seq, r->permit ? "permit" : "deny");
        acl_put_extended(&t, r);
    }
    text_add(&t, logs[r->log]);
    if (r->hits)
        text_printf(&t, " (%llu match%s)", (ull)r->hits, r->hits == 1 ? "" : "es");
    text_add(&t, "\n");
    out_text(c->out, text_str(&t));
    text_free(&t);
}

/* Standard ones first, then the others. */
static enum cmd_result show_lists(struct cmd_ctx *c)
{
    struct net *net = dataplane_net(c->self);
    const char *name = cmd_str(c, "name");

    for (int extended = 0; extended < 2; extended++)
        for (struct acl *a = NULL; (a = acl_next(net, a));) {
            const struct acl_rule *r;
            if (acl_standard(a) == extended || (name[0] && strcmp(name, acl_name(a))))
                continue;
            out_printf(c->out, "%s IP access list %s\n", extended ? "Extended" : "Standard", acl_name(a));
            for (size_t i = 0; (r = acl_rule(a, i)); i++)
                show_rule(c, a, r);
        }
    return CMD_OK;
}

static enum cmd_result do_clear(struct cmd_ctx *c)
{
    const char *name = cmd_str(c, "name");

    acl_clear_counters(dataplane_net(c->self), name[0] ? name : NULL);
    return CMD_OK;
}

/* ---- rows ---- */

#define ADDR(f, kind) "{any|host <ip:" f ">|<ip:" f "> <wildcard:" f "_wild>}=" kind
#define ADDR_LAST(w)  "Any " w " host|A single " w " host|" w " address|" w " address|" w " wildcard bits"
#define ADDR_HELP(w)  ADDR_LAST(w) "|"
#define PORT_IS(f, names) "{" names "<" f ":0-65535>}"
#define PORT(f, f2, op, names, names2)                                                                                 \
    " [{eq=" op ":1|gt=" op ":2|lt=" op ":3|neq=" op ":4} " PORT_IS(f, names) "|range=" op ":5 " PORT_IS(f, names)     \
    " " PORT_IS(f2, names2) "] "
#define PORT_OP_LAST(names)                                                                                            \
    "Match only packets on a given port number|Match only packets with a greater port number|Match only packets with " \
    "a lower port number|Match only packets not on a given port number|" names "Port number|Match only packets in "    \
    "the range of port numbers|" names "First port|" names "Last port"
#define PORT_OP_HELP(names) PORT_OP_LAST(names) "|"
#define DSCP_WORD(n, v)       n "=dscp:" #v "|"
#define PRECEDENCE_WORD(n, v) n "=precedence:" #v "|"
#define TOS_WORD(n, v)        n "=tos:" #v "|"
#define VALUE_HELP(n, v)      "Value " #v "|"
#define EXTRA                                                                                                          \
    " [dscp=has_dscp {" DSCPS(DSCP_WORD) "<dscp:0-63>}|precedence=has_precedence {" PRECEDENCES(                       \
        PRECEDENCE_WORD) "<precedence:0-7>}] [tos=has_tos {" TOSES(TOS_WORD) "<tos:0-15>}] [fragments=fragments] "     \
                         "[log=log:1|log-input=log:2]"
#define EXTRA_HELP                                                                                                     \
    "|Match packets with given dscp value|" DSCPS(VALUE_HELP) "Differentiated services codepoint value|Match "         \
    "packets with given precedence value|" PRECEDENCES(VALUE_HELP) "Precedence value|Match packets with given TOS "    \
    "value|" TOSES(VALUE_HELP) "Type of service value|Check non-initial fragments|Log matches against this entry|"     \
    "Log matches against this entry, including input interface"
#define EXTRA_BINDS                                                                                                    \
    A(has_dscp), A(dscp), A(has_precedence), A(precedence), A(has_tos), A(tos), A(fragments), A(log)
#define ACTION              "{permit|deny}=action "
#define ACTION_HELP         "Specify packets to forward|Specify packets to reject|"
#define SRC                 ADDR("src", "src_kind")
#define DST                 ADDR("dst", "dst_kind")
#define FLAGS                                                                                                          \
    "[ack=tcp_flags:16|established=tcp_flags:20|fin=tcp_flags:1|psh=tcp_flags:8|rst=tcp_flags:4|syn=tcp_flags:2|"      \
    "urg=tcp_flags:32]"
#define FLAGS_HELP                                                                                                     \
    "Match on the ACK bit|Match established connections|Match on the FIN bit|Match on the PSH bit|Match on the RST "   \
    "bit|Match on the SYN bit|Match on the URG bit"
#define TCP_SENTENCE                                                                                                   \
    ACTION "tcp=proto:6 " SRC PORT("sport", "sport2", "sop", TCP_PORTS(PORT_SPORT), TCP_PORTS(PORT_SPORT2))            \
        DST PORT("dport", "dport2", "dop", TCP_PORTS(PORT_DPORT), TCP_PORTS(PORT_DPORT2)) FLAGS EXTRA
#define UDP_SENTENCE                                                                                                   \
    ACTION "udp=proto:17 " SRC PORT("sport", "sport2", "sop", UDP_PORTS(PORT_SPORT), UDP_PORTS(PORT_SPORT2))           \
        DST PORT("dport", "dport2", "dop", UDP_PORTS(PORT_DPORT), UDP_PORTS(PORT_DPORT2)) EXTRA
#define ICMP_SENTENCE ACTION "icmp=proto:1 " SRC " " DST " [" ICMP_TYPES "<icmp_type:0-255> [<icmp_code:0-255>]]" EXTRA
#define ICMP_TYPES                                                                                                     \
    "alternate-address=icmp_type:6|echo=icmp_type:8|echo-reply=icmp_type:0|information-reply=icmp_type:16|"            \
    "information-request=icmp_type:15|mask-reply=icmp_type:18|"                                                        \
    "mask-request=icmp_type:17|parameter-problem=icmp_type:12|redirect=icmp_type:5|router-advertisement=icmp_type:9|"  \
    "router-solicitation=icmp_type:10|"                                                                                \
    "source-quench=icmp_type:4|time-exceeded=icmp_type:11|timestamp-reply=icmp_type:14|timestamp-request=icmp_type:"   \
    "13|traceroute=icmp_type:30|unreachable=icmp_type:3|"
#define IP_SENTENCE                                                                                                    \
    ACTION "{ahp=proto:51|eigrp=proto:88|esp=proto:50|gre=proto:47|igmp=proto:2|ip=proto:256|ipinip=proto:4|nos="      \
           "proto:94|ospf=proto:89|pcp=proto:108|pim=proto:103|<proto:0-255>} " SRC " " DST EXTRA
#define REMARK_SENTENCE "remark=action:2 <line:remark>"
#define TCP_HELP_TEXT                                                                                                  \
    ACTION_HELP "Transmission Control Protocol|" ADDR_HELP("Source") PORT_OP_HELP(TCP_PORTS(PORT_HELP))                \
        ADDR_HELP("Destination") PORT_OP_HELP(TCP_PORTS(PORT_HELP)) FLAGS_HELP EXTRA_HELP
#define UDP_HELP_TEXT                                                                                                  \
    ACTION_HELP "User Datagram Protocol|" ADDR_HELP("Source") PORT_OP_HELP(UDP_PORTS(PORT_HELP))                       \
        ADDR_HELP("Destination") PORT_OP_LAST(UDP_PORTS(PORT_HELP)) EXTRA_HELP
#define ICMP_HELP_TEXT                                                                                                 \
    ACTION_HELP "Internet Control Message Protocol|" ADDR_HELP("Source") ADDR_HELP(                                    \
        "Destination") "Alternate address|Echo (ping)|Echo reply|Information replies|Information requests|Mask "       \
                       "replies|Mask requests|All parameter problems|All redirects|Router discovery advertisements|"   \
                       "Router discovery solicitations|Source quenches|All time exceededs|Timestamp "                  \
                       "replies|Timestamp requests|Traceroute|All unreachables|ICMP message type|ICMP message "        \
                       "code" EXTRA_HELP
#define IP_HELP_TEXT                                                                                                   \
    ACTION_HELP "Authentication Header Protocol|Cisco's EIGRP routing protocol|Encapsulation Security "                \
                "Payload|Cisco's GRE tunneling|Internet Gateway Message Protocol|"                                     \
                "Any Internet Protocol|IP in IP tunneling|KA9Q NOS compatible IP over IP tunneling|OSPF routing "      \
                "protocol|Payload Compression Protocol|Protocol Independent Multicast|"                                \
                "An IP protocol number|" ADDR_HELP("Source") ADDR_LAST("Destination") EXTRA_HELP

#define A(f)       KEY_NUM(struct ace_conf, f)
#define ADDR_BINDS A(action), A(proto), A(src_kind), A(src), A(src_wild), A(dst_kind), A(dst), A(dst_wild)
#define PORT_BINDS A(sop), A(sport), A(sport2), A(dop), A(dport), A(dport2)

#define NUMBERED   "access-list {<number:100-199>|<number:2000-2699>} "
#define NUMBERED_LINE(sentence, help, ...)                                                                             \
    LINE(CONFIG, &line_scope, &dp_net_scope, struct net_conf, acl_lines, NUMBERED sentence,                            \
         "IP extended access list|IP extended access list (expanded range)|" help, A(number), \
         __VA_ARGS__)
#define NAMED_LINE(sentence, help, ...)                                                                                \
    LINE(CONFIG_EXT_NACL, &entry_scope, NULL, struct acl_conf, entries, "[<seq:1-2147483647>] " sentence,              \
         "Sequence Number|" help, NUM(struct ace_conf, seq), __VA_ARGS__)
#define BOTH(sentence, help, ...) NUMBERED_LINE(sentence, help, __VA_ARGS__), NAMED_LINE(sentence, help, __VA_ARGS__)

static const struct cmd_row rows[] = {
    HELP(CONFIG, "ip", "Global IP configuration subcommands"),
    HELP(CONFIG, "ip access-list", "Named access-list"),
    MODE(CONFIG, CONFIG_EXT_NACL, &list_scope, &dp_net_scope, struct net_conf, acls,
         "ip access-list extended <word:name>", "Extended Access List|Access-list name or number",
         KEY_TXT(struct acl_conf, name)),
    BOTH(TCP_SENTENCE, TCP_HELP_TEXT, ADDR_BINDS, PORT_BINDS, A(tcp_flags), EXTRA_BINDS),
    BOTH(UDP_SENTENCE, UDP_HELP_TEXT, ADDR_BINDS, PORT_BINDS, EXTRA_BINDS),
    BOTH(ICMP_SENTENCE, ICMP_HELP_TEXT, ADDR_BINDS, A(icmp_type), A(icmp_code), EXTRA_BINDS),
    BOTH(IP_SENTENCE, IP_HELP_TEXT, ADDR_BINDS, EXTRA_BINDS),
    BOTH(REMARK_SENTENCE, "Access list entry comment|Comment up to 100 characters", A(action),
         KEY_TXT(struct ace_conf, remark)),
    NO_ONLY(CONFIG, 15, "access-list {<number:100-199>|<number:2000-2699>}", do_no_list, ""),
    NO_ONLY(CONFIG_EXT_NACL, 15, "<seq:1-2147483647>", acl_do_no_seq, ""),
    DO(CONFIG, 15, "ip access-list resequence <word:name> <start:1-2147483647> <step:1-2147483647>", do_resequence,
       "Resequence Access List|Access-list name or number|Starting Sequence Number|Step to increment the sequence "
       "number"),
    HELP(EXEC, "show ip", "IP information"),
    DO(EXEC, 1, "show access-lists [<word:name>]", show_lists, "List access lists|ACL name or number"),
    DO(EXEC, 1, "show ip access-lists [<word:name>]", show_lists, "List IP access lists|ACL name or number"),
    HELP(EXEC, "clear", "Reset functions"),
    HELP(EXEC, "clear access-list", "Clear access list statistical information"),
    DO(EXEC, 15, "clear access-list counters [<word:name>]", do_clear,
       "Clear access list counters|Access list name or number"),
};
const struct cmd_table dp_table_acl = CMD_TABLE("dataplane/cmd/cmd_acl", rows);
