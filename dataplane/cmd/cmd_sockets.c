/* cmd_sockets.c: show crypto sockets [internal], show crypto ipsec internal dual: protected tunnels as IPsec sees them.
 *
 * A socket is a head of ipsec/protect.c, its client the tunnel. `internal` is what happened to them since boot, in the
 * places where IOS counts the messages and steps of its three state machines: here a step is done at once, so that none
 * was ever asked while it was busy, and OSPFv3, XAUTH and mode config have no sockets. `internal dual` counts identities
 * as filters: those of a tunnel of both IP versions, of which this router has version 4 (docs/choices.md). */
#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ipsec/ipsec.h"
#include "dataplane/ipsec/protect.h"
#include "espial/ip.h"
#include "espial/text.h"

typedef unsigned long long ull;

static void print_ident(struct cmd_ctx *c, const char *which, const struct selector *s)
{
    out_printf(c->out, "       %s (addr/mask/port/prot): (%s/%s/%u/%u)\n", which, IP4(s->addr), IP4(s->mask),
               (unsigned)s->port, (unsigned)s->proto);
}

static void print_socket(struct cmd_ctx *c, struct ipsec *ips, const struct ipsec_head_info *h)
{
    char name[IFNAME_MAX];
    struct selector local, remote;

    ifname_short(h->ifname, name);
    out_printf(c->out, "   %s Peers (local/remote): %s/%s \n", name, IP4(h->want.local), IP4(h->want.peer));
    for (size_t at = 0; ipsec_head_line(ips, h, &at, &local, &remote);) {
        print_ident(c, "Local Ident ", &local);
        print_ident(c, "Remote Ident", &remote);
    }
    out_printf(c->out,
               "       IPSec Profile: \"%s\"\n"
               "       Socket State: %s\n"
               "       Client: \"TUNNEL SEC\" (Client State: %s)\n",
               h->want.profile, h->up ? "Open" : "Closed", h->ready ? "Active" : "Idle");
}

static enum cmd_result show_sockets(struct cmd_ctx *c)
{
    struct ipsec *ips = dataplane_ipsec(c->self);
    struct ipsec_head_info h;
    unsigned n = 0;

    for (size_t at = 0; ipsec_head_next(ips, &at, &h); n++)
        ;
    out_printf(c->out, "\nNumber of Crypto Socket connections %u\n\n", n);
    for (size_t at = 0; ipsec_head_next(ips, &at, &h);)
        print_socket(c, ips, &h);
    out_text(c->out, "Crypto Sockets in Listen state:\n");
    for (size_t at = 0; ipsec_head_next(ips, &at, &h);)
        out_printf(c->out, "Client: \"TUNNEL SEC\" Profile: \"%s\" Map-name: \"%s\"\n", h.want.profile, h.map);
    out_text(c->out, "\n");
    return CMD_OK;
}

/* ---- internal ---- */
struct cell {
    const char *label;
    uint64_t n;
};

static void print_cells(struct out *out, const char *lead, int width, const struct cell *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool left = i % 2 == 0;
        out_printf(out, "%s%-26s: %-*llu%s", left ? lead : "", v[i].label, left && i + 1 < n ? width : width - 1,
                   (ull)v[i].n, left && i + 1 < n ? "" : "\n");
    }
}
#define CELLS(...)                                                                                                     \
    (const struct cell[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define PRINT(out, lead, width, ...)                                                                                   \
    print_cells(out, lead, width, CELLS(__VA_ARGS__), sizeof CELLS(__VA_ARGS__) / sizeof(struct cell))

/* The same again as they were while the machine was busy: never. */
static void print_machine(struct out *out, const char *title, const char *busy, const struct cell *v, size_t n)
{
    struct cell none[16];

    out_text(out, title);
    print_cells(out, "", 12, v, n);
    for (size_t i = 0; i < n; i++)
        none[i] = (struct cell){v[i].label, 0};
    out_text(out, busy);
    print_cells(out, "", 12, none, n);
}
#define MESSAGES(out, ...)                                                                                             \
    print_machine(out, "Message Stats\n=============\n", "Message Stats - SM Busy\n-----------------------\n",         \
                  CELLS(__VA_ARGS__), sizeof CELLS(__VA_ARGS__) / sizeof(struct cell))
#define STEPS(out, ...)                                                                                                \
    print_machine(out, "State Transition Stats\n----------------------\n",                                             \
                  "State Transition Stats - Busy\n-----------------------------\n", CELLS(__VA_ARGS__),                \
                  sizeof CELLS(__VA_ARGS__) / sizeof(struct cell))

static enum cmd_result show_internal(struct cmd_ctx *c)
{
    const struct ipsec_sockets *s = ipsec_sockets(dataplane_ipsec(c->self));
    struct out *out = c->out;

    out_text(out, "Crypto Secure Socket Messages\n");
    PRINT(out, " ", 10, {"Open Socket", s->opened}, {"Close Socket", s->closed}, {"Listen Start", s->opened},
          {"Listen Stop", s->closed}, {"SS Connect", s->asked}, {"SS Connect Socket", 0}, {"SS End Message", 0},
          {"unknown", 0});
    out_text(out, "\n\nCrypto Secure Socket Listen SM Stats\n\n");
    MESSAGES(out, {"Create Listener Map", s->opened}, {"Detach Listener Map", s->closed}, {"Are you there check", 0});
    STEPS(out, {"Send listen ready KMI", s->ready}, {"Check listen SM Count", 0}, {"Delete Listener map", s->closed},
          {"Listen SM end", s->closed}, {"Init", s->opened});
    out_text(out, "\nCrypto Secure Socket Conn SM Stats\n\n");
    MESSAGES(out, {"Install OSPFv3 SA", 0}, {"Open Socket", s->opened + s->changed}, {"Close socket", s->closed},
             {"Are you there check", 0});
    STEPS(out, {"CRYPTO SS CONN Delete Map", s->closed}, {"CM State Change", s->up + s->down}, {"Send P1 Delete", 0},
          {"active open", s->asked}, {"Delete Conn Info", s->closed}, {"Init", s->opened});
    out_text(out, "\n\nCrypto Secure Socket SM Stats\n\n");
    MESSAGES(out, {"LISTEN START", s->opened}, {"LISTEN STOP", s->closed}, {"SS OPEN", s->opened + s->changed},
             {"SS CLOSE", s->closed}, {"Destroy Yourself", s->closed});
    STEPS(out, {"OSPF Conn Info Found", 0}, {"Conn Info Found", s->changed}, {"Create OSPF Conn Info", 0},
          {"Create OSPF Conn Info Fai", 0}, {"Create Conn Info", s->opened}, {"Listen State machine foun", s->changed},
          {"Listen State machine not", s->opened}, {"Conn Info State machine f", s->changed},
          {"Conn Info State machine n", s->opened}, {"Crypto SS SM End", s->closed}, {"Init", s->opened});
    out_text(out, "\nCrypto Secure Socket Events\n");
    PRINT(out, " ", 10, {"General Error", s->taken + s->no_room + s->no_profile}, {"Socket Error", s->errors},
          {"Socket Ready", s->ready}, {"Conn Down", 0}, {"Primary Conn Up", 0}, {"Conn Up", 0}, {"Socket Up", s->up},
          {"Socket Down", s->down}, {"MTU Changed", s->mtu_changed}, {"LB Notify", 0}, {"X-Auth Request", 0},
          {"X-Auth Status", 0}, {"Mode Config Reply", 0}, {"IKE PFS", 0}, {"Listen Ready", s->ready});
    out_text(out, "\nCrypto Secure Socket IPSec Events\n\n");
    PRINT(out, "", 10, {"Socket Up", s->up}, {"Socket down", s->down});
    out_text(out, "\nCrypto Secure Socket IKE Messages\n");
    PRINT(out, "", 10, {"Crypto SS X-Auth Reply", 0}, {"Crypto SS Send ModCfg Msg", 0}, {"Crypto SS Send Notify", 0});
    return CMD_OK;
}

static enum cmd_result show_dual(struct cmd_ctx *c)
{
    const struct ipsec_sockets *s = ipsec_sockets(dataplane_ipsec(c->self));

    out_printf(c->out,
               "  ==== IPSEC Dual Stack Statistics ====\n\nSUCCESS Statistics\n\n"
               "  Apply traffic filter success   : %llu\n  Remove traffic filter success  : %llu\n\n"
               "ERROR Statistics\n\n"
               "  No IPv6 enabled                : 0\n  Apply traffic filter failed    : %llu\n"
               "  IPv4 ace create failed         : %llu\n  IPv4 ACL insert failed         : %llu\n"
               "  IPv6 ace create failed         : 0\n  IPv6 ACL insert failed         : 0\n"
               "  Invalid parameters             : 0\n  ACL retrieval failed           : %llu\n",
               (ull)s->filters, (ull)s->unfilters, (ull)(s->taken + s->no_room + s->no_profile), (ull)s->no_room,
               (ull)s->taken, (ull)s->no_profile);
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto sockets", "Secure Socket Information"),
    DO(EXEC, 1, "show crypto sockets", show_sockets, ""),
    DO(EXEC, 1, "show crypto sockets internal", show_internal, "Internal counters of secure sockets"),
    DO(EXEC, 1, "show crypto ipsec internal dual", show_dual,
       "Show internal IPsec statistics|Statistics of tunnels of both IP versions"),
};
const struct cmd_table dp_table_sockets = CMD_TABLE("dataplane/cmd/cmd_sockets", rows);
