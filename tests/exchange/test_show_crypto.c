/* test_show_crypto.c: the crypto shows of two routers that negotiated by themselves, word for word, in every state a
 * tunnel goes through: never up, being negotiated, up, rekeyed, cleared, without IKE, and with one end reloaded.
 *
 * Layouts are written by hand after those of real routers; what differs from run to run (SPIs, remaining lifetimes) is
 * taken from the running engine, and an SPI must be the same at both ends. Counters follow from the story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/dataplane.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/loop.h"
#include "tests/sim/box.h"

#define PING "ping 192.168.2.1 source 192.168.1.1"

struct setting {
    const char *global, *set, *mode, *map, *acl; /* %s of acl: an end's network, the other's */
};
static const struct setting plain = {"", "esp-aes 256 esp-sha256-hmac", "tunnel", "", NULL};

static struct box *pair(const struct setting *s)
{
    struct box *b = box_new(7);
    for (int i = 1; i <= 2; i++) {
        char text[2048], name[4], acl[128];
        int o = 3 - i;
        snprintf(name, sizeof name, "r%d", i);
        if (s->acl)
            snprintf(acl, sizeof acl, "permit ip host 10.0.0.%d host 10.0.0.%d", i, o);
        else
            snprintf(acl, sizeof acl, "permit ip 192.168.%d.0 0.0.0.255 192.168.%d.0 0.0.0.255", i, o);
        snprintf(text, sizeof text,
                 "hostname r%d\n"
                 "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"
                 "crypto isakmp key cisco123 address 10.0.0.0 255.255.255.0\n"
                 "%s"
                 "crypto ipsec transform-set TS %s\n mode %s\n"
                 "crypto map VPN 10 ipsec-isakmp\n set peer 10.0.0.%d\n set transform-set TS\n%s match address 101\n"
                 "interface Loopback0\n ip address 192.168.%d.1 255.255.255.0\n"
                 "interface Ethernet0/0\n ip address 10.0.0.%d 255.255.255.0\n crypto map VPN\n"
                 "ip route 192.168.%d.0 255.255.255.0 10.0.0.%d\n"
                 "access-list 101 %s\n",
                 i, s->global, s->set, s->mode, o, s->map, i, i, o, o, acl);
        box_node(b, name, text);
    }
    box_link(b, "r1", "Ethernet0/0", "r2", "Ethernet0/0");
    box_boot(b);
    box_run(b, 5 * US_PER_S);
    return b;
}

static struct ipsec *ipsec_of(struct box *b, const char *node)
{
    return dataplane_ipsec(router_dataplane(box_router(b, node)));
}

/* The i-th pair of a node, newest first. */
static struct ipsec_pair_info pair_of(struct box *b, const char *node, unsigned i)
{
    struct ipsec_flow_info f;
    struct ipsec_pair_info p;
    size_t at = 0, pair_at = 0;

    assert_true(ipsec_flow_next(ipsec_of(b, node), &at, &f));
    do
        assert_true(ipsec_pair_next(ipsec_of(b, node), f.id, &pair_at, &p));
    while (i--);
    return p;
}

static void says(struct box *b, const char *node, const char *line, const char *want)
{
    const char *said = box_type(b, node, line);
    if (strcmp(said, want) != 0)
        fail_msg("%s# %s\n%s\n-- instead of:\n%s", node, line, said, want);
}

static void has(struct box *b, const char *node, const char *line, const char *want)
{
    const char *said = box_type(b, node, line);
    if (!strstr(said, want))
        fail_msg("%s# %s\n%s\n-- lacks:\n%s", node, line, said, want);
}

static void up(struct box *b)
{
    has(b, "r1", PING, "Success rate is 80 percent (4/5)"); /* the first one starts IKE and is lost */
    has(b, "r1", PING, "Success rate is 100 percent (5/5)");
}

/* ---- show crypto ipsec sa */

/* `end`: 1 or 2. */
static void head(char *out, size_t size, int end, unsigned packets, const char *errors, unsigned plaintext,
                 uint32_t spi_out)
{
    int o = 3 - end;
    snprintf(out, size,
             "\n"
             "interface: Ethernet0/0\n"
             "    Crypto map tag: VPN, local addr 10.0.0.%d\n"
             "\n"
             "   protected vrf: (none)\n"
             "   local  ident (addr/mask/prot/port): (192.168.%d.0/255.255.255.0/0/0)\n"
             "   remote ident (addr/mask/prot/port): (192.168.%d.0/255.255.255.0/0/0)\n"
             "   current_peer 10.0.0.%d port 500\n"
             "     PERMIT, flags={origin_is_acl,}\n"
             "    #pkts encaps: %u, #pkts encrypt: %u, #pkts digest: %u\n"
             "    #pkts decaps: %u, #pkts decrypt: %u, #pkts verify: %u\n"
             "    #pkts compressed: 0, #pkts decompressed: 0\n"
             "    #pkts not compressed: 0, #pkts compr. failed: 0\n"
             "    #pkts not decompressed: 0, #pkts decompress failed: 0\n"
             "%s"
             "\n"
             "     local crypto endpt.: 10.0.0.%d, remote crypto endpt.: 10.0.0.%d\n"
             "     plaintext mtu %u, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n"
             "     current outbound spi: 0x%X(%u)\n"
             "     PFS (Y/N): N, DH group: none\n",
             end, end, o, o, packets, packets, packets, packets, packets, packets, errors, end, o, plaintext, spi_out,
             spi_out);
}

#define EMPTY                                                                                                          \
    "\n"                                                                                                               \
    "     inbound esp sas:\n\n     inbound ah sas:\n\n     inbound pcp sas:\n\n"                                       \
    "     outbound esp sas:\n\n     outbound ah sas:\n\n     outbound pcp sas:\n"

static size_t half(char *out, size_t size, const struct ipsec_pair_info *p, bool in, unsigned conn, const char *flags,
                   bool detail)
{
    uint32_t spi = in ? p->spi_in : p->spi_out;
    return (size_t)snprintf(out, size,
                            "      spi: 0x%X(%u)\n"
                            "        transform: esp-256-aes esp-sha256-hmac ,\n"
                            "        in use settings ={Tunnel, }\n"
                            "        conn id: %u, flow_id: CSR:%u, sibling_flags FFFFFFFF%s, crypto map: VPN\n"
                            "        sa timing: remaining key lifetime (k/sec): (%u/%u)\n"
                            "        IV size: 16 bytes\n"
                            "        replay detection support: Y%s\n"
                            "        Status: ACTIVE(ACTIVE)\n",
                            spi, spi, conn, conn - 2000, flags, in ? p->left_kb_in : p->left_kb_out, p->left_s,
                            detail ? "  replay window size: 64" : "");
}

/* The whole output with n pairs, newest first, whose inbound halves are these connections. */
static void sa_text(struct box *b, char *out, size_t size, int end, unsigned packets, const char *errors,
                    const unsigned *conn, unsigned n, const char *flags)
{
    const char *node = end == 1 ? "r1" : "r2";
    head(out, size, end, packets, errors, 1438, pair_of(b, node, 0).spi_out);
    for (int in = 1; in >= 0; in--) {
        size_t len = strlen(out);
        len += (size_t)snprintf(out + len, size - len, "\n     %s esp sas:\n", in ? "inbound" : "outbound");
        for (unsigned i = 0; i < n; i++) {
            struct ipsec_pair_info p = pair_of(b, node, i);
            len += half(out + len, size - len, &p, in, conn[i] + (in ? 0 : 1), flags, strstr(errors, "no sa (send)"));
        }
        snprintf(out + len, size - len,
                 in ? "\n     inbound ah sas:\n\n     inbound pcp sas:\n"
                    : "\n     outbound ah sas:\n\n     outbound pcp sas:\n");
    }
}

#define ONE_LOST "    #send errors 1, #recv errors 0\n"
#define NO_ERROR "    #send errors 0, #recv errors 0\n"
#define DETAIL(lost)                                                                                                   \
    "    #pkts no sa (send) " lost ", #pkts invalid sa (rcv) 0\n"                                                      \
    "    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) 0\n"                                                  \
    "    #pkts invalid prot (recv) 0, #pkts verify failed: 0\n"                                                        \
    "    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0\n"                                                 \
    "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0\n"                                             \
    "    ##pkts replay failed (rcv): 0\n"                                                                              \
    "    #pkts tagged (send): 0, #pkts untagged (rcv): 0\n"                                                            \
    "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0\n"                                                    \
    "    #pkts internal err (send): 0, #pkts internal err (recv) 0\n"

static void ipsec_sa(void **state)
{
    static const unsigned first[] = {2001}, both[] = {2003, 2001};
    char want[8192];
    (void)state;
    struct box *b = pair(&plain);

    head(want, sizeof want, 1, 0, NO_ERROR, 1500, 0); /* never up: nothing is taken off the path MTU */
    strcat(want, EMPTY);
    says(b, "r1", "show crypto ipsec sa", want);

    up(b);
    struct ipsec_pair_info p = pair_of(b, "r1", 0), q = pair_of(b, "r2", 0);
    assert_int_equal(p.spi_out, q.spi_in);
    assert_int_equal(p.spi_in, q.spi_out);
    assert_int_equal(p.left_kb_out, 4607999); /* nine packets of a hundred bytes and what ESP adds */
    assert_in_range(p.left_s, 3590, 3600);
    sa_text(b, want, sizeof want, 1, 9, ONE_LOST, first, 1, "80004048");
    says(b, "r1", "show crypto ipsec sa", want);
    says(b, "r1", "show crypto ipsec sa peer 10.0.0.2", want);
    says(b, "r1", "show crypto ipsec sa interface Ethernet0/0", want);
    says(b, "r1", "show crypto ipsec sa map VPN", want);
    sa_text(b, want, sizeof want, 1, 9, DETAIL("1"), first, 1, "80004048");
    says(b, "r1", "show crypto ipsec sa detail", want);
    says(b, "r1", "sh cry ips sa peer 10.0.0.2 det", want);
    sa_text(b, want, sizeof want, 2, 9, NO_ERROR, first, 1, "80000048"); /* r2 did not begin */
    says(b, "r2", "show crypto ipsec sa", want);
    head(want, sizeof want, 1, 9, ONE_LOST, 1438, p.spi_out);
    says(b, "r1", "show crypto ipsec sa identity", want);
    says(b, "r1", "show crypto ipsec sa peer 10.0.0.3", "\nNo SAs found\n");
    says(b, "r1", "show crypto ipsec sa count", "IPsec SA total: 2, active: 2, rekeying: 0, unused: 0, invalid: 0\n");

    /* the lifetime runs down with the clock */
    box_run(b, 60 * US_PER_S);
    assert_int_equal(pair_of(b, "r1", 0).left_s, p.left_s - 60);
    sa_text(b, want, sizeof want, 1, 9, ONE_LOST, first, 1, "80004048");
    says(b, "r1", "show crypto ipsec sa", want);

    /* rekeyed, 30 s before the end: both pairs stand there, the newer first and, five seconds later, named as the one that sends, until the older is deleted */
    box_run(b, (uint64_t)(pair_of(b, "r1", 0).left_s - 24) * US_PER_S);
    struct ipsec_pair_info newer = pair_of(b, "r1", 0);
    assert_int_not_equal(newer.spi_out, p.spi_out);
    sa_text(b, want, sizeof want, 1, 9, ONE_LOST, both, 2, "80004048");
    says(b, "r1", "show crypto ipsec sa", want);
    says(b, "r1", "show crypto ipsec sa count", "IPsec SA total: 4, active: 2, rekeying: 2, unused: 0, invalid: 0\n");
    box_run(b, 40 * US_PER_S);
    sa_text(b, want, sizeof want, 1, 9, ONE_LOST, both, 1, "80004048");
    says(b, "r1", "show crypto ipsec sa", want);

    /* cleared, and its peer told: no SA, but what one takes off the MTU is known */
    says(b, "r1", "clear crypto sa", "");
    box_run(b, US_PER_S);
    head(want, sizeof want, 1, 9, ONE_LOST, 1438, 0);
    strcat(want, EMPTY);
    says(b, "r1", "show crypto ipsec sa", want);
    head(want, sizeof want, 2, 9, DETAIL("0"), 1438, 0);
    strcat(want, EMPTY);
    says(b, "r2", "show crypto ipsec sa detail", want);
    says(b, "r1", "show crypto ipsec sa count", "IPsec SA total: 0, active: 0, rekeying: 0, unused: 0, invalid: 0\n");
    says(b, "r1", "clear crypto sa counters", "");
    has(b, "r1", "show crypto ipsec sa", "    #pkts encaps: 0, #pkts encrypt: 0, #pkts digest: 0\n");
    box_free(b);
}

/* Transport mode, GCM, PFS, a wide replay window, no volume. */
static void ipsec_sa_other(void **state)
{
    static const struct setting s = {.global = "crypto ipsec security-association lifetime kilobytes disable\n"
                                               "crypto ipsec security-association replay window-size 1024\n",
                                     .set = "esp-gcm 256",
                                     .mode = "transport",
                                     .map = " set pfs group14\n",
                                     .acl = "hosts"};
    char want[2048];
    (void)state;
    struct box *b = pair(&s);
    has(b, "r1", "ping 10.0.0.2", "Success rate is 80 percent (4/5)");
    struct ipsec_pair_info p = pair_of(b, "r1", 0);
    snprintf(want, sizeof want,
             "     plaintext mtu 1466, path mtu 1500, ip mtu 1500, ip mtu idb Ethernet0/0\n"
             "     current outbound spi: 0x%X(%u)\n"
             "     PFS (Y/N): Y, DH group: group14\n"
             "\n"
             "     inbound esp sas:\n"
             "      spi: 0x%X(%u)\n"
             "        transform: esp-gcm 256 ,\n"
             "        in use settings ={Transport, }\n"
             "        conn id: 2001, flow_id: CSR:1, sibling_flags FFFFFFFF80004008, crypto map: VPN\n"
             "        sa timing: remaining key lifetime (sec): %u\n"
             "        Kilobyte Volume Rekey has been disabled\n"
             "        IV size: 8 bytes\n"
             "        replay detection support: Y  replay window size: 1024\n"
             "        Status: ACTIVE(ACTIVE)\n",
             p.spi_out, p.spi_out, p.spi_in, p.spi_in, p.left_s);
    has(b, "r1", "show crypto ipsec sa", want);
    has(b, "r1", "show crypto ipsec sa", "(addr/mask/prot/port): (10.0.0.1/255.255.255.255/0/0)\n");
    has(b, "r1", "show crypto session", "  IPSEC FLOW: permit ip host 10.0.0.1 host 10.0.0.2 \n");
    snprintf(want, sizeof want, "        Inbound:  #pkts dec'ed 4 drop 0 life (KB/Sec) KB Vol Rekey Disabled/%u\n",
             pair_of(b, "r1", 0).left_s);
    has(b, "r1", "show crypto session detail", want);
    has(b, "r1", "show crypto ipsec security-association lifetime",
        "Security association lifetime: kilobytes disabled/3600 seconds\n");
    has(b, "r1", "show crypto ipsec transform-set TS",
        "Transform set TS: { esp-gcm 256  } \n   will negotiate = { Transport,  }, \n\n");
    box_free(b);
}

/* ---- the IKE side, and sessions */

#define SA_HEAD                                                                                                        \
    "IPv4 Crypto ISAKMP SA\n"                                                                                          \
    "dst             src             state          conn-id status\n"
#define SA_TAIL "\nIPv6 Crypto ISAKMP SA\n\n"
#define SESSION "Crypto session current status\n\nInterface: Ethernet0/0\n"
#define CODES                                                                                                          \
    "Crypto session current status\n"                                                                                  \
    "\n"                                                                                                               \
    "Code: C - IKE Configuration mode, D - Dead Peer Detection     \n"                                                 \
    "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     \n"                                                 \
    "X - IKE Extended Authentication, F - IKE Fragmentation\n"                                                         \
    "R - IKE Auto Reconnect, U - IKE Dynamic Route Update\n"                                                           \
    "S - SIP VPN\n"                                                                                                    \
    "\n"                                                                                                               \
    "Interface: Ethernet0/0\n"
#define FLOW(sas)                                                                                                      \
    "  IPSEC FLOW: permit ip 192.168.1.0/255.255.255.0 192.168.2.0/255.255.255.0 \n"                                   \
    "        Active SAs: " sas ", origin: crypto map\n"
#define IKE(what) "  Session ID: 0  \n  IKEv1 SA: local 10.0.0.1/500 remote 10.0.0.2/500 " what " \n"
#define BRIEF                                                                                                          \
    "Crypto session current status\n"                                                                                  \
    "\n"                                                                                                               \
    "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating\n"                                    \
    "        K - No IKE\n"                                                                                             \
    "ivrf = (none)\n"                                                                                                  \
    "Peer            I/F          Username        Group/Phase1_id          Uptime   Status\n"

static void sessions(void **state)
{
    static const struct setting dpd = {"crypto isakmp keepalive 10 3 periodic\n", "esp-aes 256 esp-sha256-hmac",
                                       "tunnel", "", NULL};
    char want[2048];
    (void)state;
    struct box *b = pair(&dpd);

    says(b, "r1", "show crypto isakmp sa", SA_HEAD SA_TAIL);
    says(b, "r1", "show crypto isakmp peers", "");
    says(b, "r1", "show crypto session",
         SESSION "Session status: DOWN     \nPeer: 10.0.0.2 port 500 \n" FLOW("0") "\n");
    says(b, "r1", "show crypto session brief",
         BRIEF "10.0.0.2        Et0/0                                                          D\n");

    up(b);
    says(b, "r1", "show crypto isakmp sa",
         SA_HEAD "10.0.0.2        10.0.0.1        QM_IDLE           1001 ACTIVE\n" SA_TAIL);
    says(b, "r2", "show crypto isakmp sa", /* the responder is dst on both */
         SA_HEAD "10.0.0.2        10.0.0.1        QM_IDLE           1001 ACTIVE\n" SA_TAIL);
    has(b, "r1", "show crypto isakmp sa detail",
        "IPv4 Crypto ISAKMP SA\n"
        "\n"
        "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.\n"
        "\n"
        "1001  10.0.0.1        10.0.0.2               ACTIVE aes  sha256 psk  19 23:59:5");
    has(b, "r1", "show crypto isakmp sa detail", " D  \n       Engine-id:Conn-id =  SW:1\n\nIPv6 Crypto ISAKMP SA\n\n");
    says(b, "r1", "show crypto isakmp peers", "Peer: 10.0.0.2 Port: 500 Local: 10.0.0.1\n Phase1 id: 10.0.0.2\n");
    says(b, "r1", "show crypto session",
         SESSION "Session status: UP-ACTIVE     \nPeer: 10.0.0.2 port 500 \n" IKE("Active") FLOW("2") "\n");
    struct ipsec_pair_info p = pair_of(b, "r1", 0);
    unsigned age = 3600 - p.left_s;
    snprintf(want, sizeof want,
             CODES
             "Uptime: 00:00:%02u\n"
             "Session status: UP-ACTIVE     \n"
             "Peer: 10.0.0.2 port 500 fvrf: (none) ivrf: (none)\n"
             "      Phase1_id: 10.0.0.2\n"
             "      Desc: (none)\n" IKE("Active") "          Capabilities:D connid:1001 lifetime:23:59:%02u\n" FLOW(
                 "2") "        Inbound:  #pkts dec'ed 9 drop 0 life (KB/Sec) %u/%u\n"
                      "        Outbound: #pkts enc'ed 9 drop 1 life (KB/Sec) %u/%u\n\n",
             age ? age - 1 : 0, 60 - age, p.left_kb_in, p.left_s, p.left_kb_out, p.left_s);
    says(b, "r1", "show crypto session detail", want);
    says(b, "r1", "show crypto session remote 10.0.0.2 detail", want);
    says(b, "r1", "show crypto session remote 10.0.0.9", "Crypto session current status\n\n");
    snprintf(want, sizeof want,
             BRIEF "10.0.0.2        Et0/0                        10.0.0.2                 00:00:%02u UA\n",
             age ? age - 1 : 0);
    says(b, "r1", "show crypto session brief", want);
    says(b, "r1", "show crypto engine connections active",
         "Crypto Engine Connections\n"
         "\n"
         "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address\n"
         " 1001  IKE     SHA256+AES256             0        0        0 10.0.0.1\n"
         " 2001  IPsec   AES256+SHA256             0        9        9 10.0.0.1\n"
         " 2002  IPsec   AES256+SHA256             9        0        0 10.0.0.1\n"
         "\n");

    /* IKE cleared: the black hole's precondition */
    says(b, "r1", "clear crypto isakmp", "");
    box_run(b, US_PER_S);
    for (int i = 1; i <= 2; i++)
        says(b, i == 1 ? "r1" : "r2", "show crypto isakmp sa",
             SA_HEAD "10.0.0.2        10.0.0.1        MM_NO_STATE       1001 ACTIVE (deleted)\n" SA_TAIL);
    says(b, "r1", "show crypto isakmp sa count",
         "Active ISAKMP SA's: 0\n\nStandby ISAKMP SA's: 0\n\nCurrently being negotiated ISAKMP SA's: 0\n\n"
         "Dead ISAKMP SA's: 1\n\n");
    says(b, "r1", "show crypto session",
         SESSION "Session status: UP-NO-IKE     \nPeer: 10.0.0.2 port 500 \n" FLOW("2") "\n");
    has(b, "r1", "show crypto session brief", " UK\n");
    box_run(b, 61 * US_PER_S);
    says(b, "r1", "show crypto isakmp sa", SA_HEAD SA_TAIL);

    /* the peer reloads and knows nothing; here nothing has changed */
    box_reload(b, "r2");
    box_run(b, 3 * US_PER_S);
    head(want, sizeof want, 2, 0, NO_ERROR, 1500, 0);
    strcat(want, EMPTY);
    says(b, "r2", "show crypto ipsec sa", want);
    has(b, "r2", "show crypto session", "Session status: DOWN     \n");
    has(b, "r1", "show crypto session", "Session status: UP-NO-IKE     \n");
    box_free(b);
}

/* Nobody answers. */
static void negotiating(void **state)
{
    (void)state;
    struct box *b = pair(&plain);
    box_type_all(b, "r2", "configure terminal\nno crypto isakmp enable\nend");
    has(b, "r1", PING " repeat 2", "Success rate is 0 percent (0/2)");
    says(b, "r1", "show crypto isakmp sa",
         SA_HEAD "10.0.0.2        10.0.0.1        MM_NO_STATE          0 ACTIVE\n" SA_TAIL);
    says(b, "r1", "show crypto isakmp sa count",
         "Active ISAKMP SA's: 0\n\nStandby ISAKMP SA's: 0\n\nCurrently being negotiated ISAKMP SA's: 1\n\n"
         "Dead ISAKMP SA's: 0\n\n");
    has(b, "r1", "show crypto isakmp sa detail", "       Engine-id:Conn-id =  ????\n");
    says(b, "r1", "show crypto session",
         SESSION "Session status: DOWN-NEGOTIATING     \nPeer: 10.0.0.2 port 500 \n" IKE("Inactive") FLOW("0") "\n");
    says(b, "r1", "show crypto session detail",
         CODES "Session status: DOWN-NEGOTIATING     \n"
               "Peer: 10.0.0.2 port 500 fvrf: (none) ivrf: (none)\n"
               "      Phase1_id: (none)\n"
               "      Desc: (none)\n" IKE("Inactive") "          Capabilities:(none) connid:0 lifetime:0\n" FLOW(
                   "0") "        Inbound:  #pkts dec'ed 0 drop 0 life (KB/Sec) 0/0\n"
                        "        Outbound: #pkts enc'ed 0 drop 2 life (KB/Sec) 0/0\n\n");
    has(b, "r1", "show crypto session brief", " DN\n");
    has(b, "r1", "show crypto ipsec sa", "    #send errors 2, #recv errors 0\n");
    box_free(b);
}

/* Two entries for one peer, one by each version of IKE: two sessions, each with its own SA and its own status. */
static void versions(void **state)
{
    (void)state;
    struct box *b = pair(&plain);
    for (int i = 1; i <= 2; i++) {
        char text[512];
        const char *node = i == 1 ? "r1" : "r2";
        int o = 3 - i;
        snprintf(text, sizeof text,
                 "configure terminal\n"
                 "crypto ikev2 keyring K\npeer ALL\naddress 0.0.0.0 0.0.0.0\npre-shared-key cisco123\n"
                 "crypto ikev2 profile P\nmatch identity remote address 0.0.0.0\nauthentication remote pre-share\n"
                 "authentication local pre-share\nkeyring local K\n"
                 "interface Loopback9\nip address 10.9.0.%d 255.255.255.255\n"
                 "ip route 10.9.0.%d 255.255.255.255 10.0.0.%d\n"
                 "access-list 102 permit ip host 10.9.0.%d host 10.9.0.%d",
                 i, o, o, i, o);
        box_type_all(b, node, text);
        has(b, node, "crypto map VPN 20 ipsec-isakmp", "% NOTE: This new crypto map will remain disabled");
        snprintf(text, sizeof text,
                 "set peer 10.0.0.%d\nset transform-set TS\nset ikev2-profile P\nmatch address 102\nend", o);
        box_type_all(b, node, text);
    }
    up(b);
    box_type(b, "r1", "ping 10.9.0.2 source 10.9.0.1");
    has(b, "r1", "ping 10.9.0.2 source 10.9.0.1", "Success rate is 100 percent (5/5)");
#define SECOND                                                                                                         \
    "Interface: Ethernet0/0\nProfile: P\nSession status: UP-ACTIVE     \nPeer: 10.0.0.2 port 500 \n"                   \
    "  Session ID: 1  \n  IKEv2 SA: local 10.0.0.1/500 remote 10.0.0.2/500 Active \n"                                  \
    "  IPSEC FLOW: permit ip host 10.9.0.1 host 10.9.0.2 \n        Active SAs: 2, origin: crypto map\n\n"
    says(b, "r1", "show crypto session",
         SESSION "Session status: UP-ACTIVE     \nPeer: 10.0.0.2 port 500 \n" IKE("Active") FLOW("2") "\n" SECOND);
    box_type(b, "r1", "clear crypto isakmp");
    box_run(b, US_PER_S);
    says(b, "r1", "show crypto session",
         SESSION "Session status: UP-NO-IKE     \nPeer: 10.0.0.2 port 500 \n" FLOW("2") "\n" SECOND);
    box_free(b);
}

/* ---- show crypto map: the interfaces stand once, behind the last entry */

static void maps(void **state)
{
    (void)state;
    struct box *b = pair(&plain);
    box_type_all(b, "r1",
                 "configure terminal\ncrypto map VPN 10\ndescription to r2\nset peer 10.0.0.3\n"
                 "set security-association lifetime kilobytes disable\nset security-association lifetime seconds 600\n"
                 "set pfs group20");
    box_type(b, "r1", "crypto map VPN 20 ipsec-isakmp");
    box_type_all(b, "r1", "set peer 10.0.0.4\nend");
    says(b, "r1", "show crypto map",
         "Crypto Map IPv4 \"VPN\" 10 ipsec-isakmp\n"
         "\tDescription: to r2\n"
         "\tPeer = 10.0.0.2\n"
         "\tPeer = 10.0.0.3\n"
         "\tAccess-List SS dynamic: False\n"
         "\tExtended IP access list 101\n"
         "\tCurrent peer: 10.0.0.2\n"
         "\tKilobyte Volume Rekey has been disabled.\n\tSecurity association lifetime:600 seconds\n"
         "\tDualstack (Y/N): N\n"
         "\n"
         "\tResponder-Only (Y/N): N\n"
         "\tPFS (Y/N): Y\n"
         "\tDH group:  group20\n"
         "\tMixed-mode : Disabled\n"
         "\tTransform sets={ \n"
         "\t\tTS:  { esp-256-aes esp-sha256-hmac  } , \n"
         "\t}\n"
         "\n"
         "Crypto Map IPv4 \"VPN\" 20 ipsec-isakmp\n"
         "\tWARNING: This crypto map is in an incomplete state!\n"
         "\t\t(missing peer or access-list definitions)\n"
         "\tPeer = 10.0.0.4\n"
         "\tAccess-List SS dynamic: False\n"
         "\tNo matching address list set.\n"
         "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
         "\tDualstack (Y/N): N\n"
         "\n"
         "\tResponder-Only (Y/N): N\n"
         "\tPFS (Y/N): N\n"
         "\tMixed-mode : Disabled\n"
         "\tTransform sets={ \n"
         "\t\tdefault:  { esp-aes esp-sha-hmac  } , \n"
         "\t}\n"
         "\tInterfaces using crypto map VPN:\n"
         "\t\tEthernet0/0\n"
         "\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipsec_sa),    cmocka_unit_test(ipsec_sa_other), cmocka_unit_test(sessions),
        cmocka_unit_test(versions),
        cmocka_unit_test(negotiating), cmocka_unit_test(maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
