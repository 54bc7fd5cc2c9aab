/* test_ike_debug_text.c: what `debug crypto isakmp` and `debug crypto ipsec` say, whole and in order, between two real
 * routers: main and quick mode on both sides, DELETE of both kinds, dead peer detection, retransmission, a missing key,
 * a refused quick mode. The texts are written by hand after captures of IOS-XE 16 and 17.
 *
 * In an expected text {x} stands for a number, the same one wherever {x} stands again. */
#include <ctype.h>

#include "tests/exchange/crypto_pair.h"

struct bound {
    const char *at[26];
    size_t len[26];
};

/* Does text begin with `want`? Behind it then; NULL: no, and *reached is where they part. */
static const char *begins(const char *text, const char *want, struct bound *b, const char **reached)
{
    for (; *want; *reached = text) {
        if (want[0] != '{' || !islower((unsigned char)want[1]) || want[2] != '}') {
            if (*text++ != *want++)
                return NULL;
            continue;
        }
        int i = want[1] - 'a';
        size_t n = 0;
        while (isxdigit((unsigned char)text[n]))
            n++;
        if (!n || (b->at[i] && (b->len[i] != n || strncmp(text, b->at[i], n) != 0)))
            return NULL;
        b->at[i] = text;
        b->len[i] = n;
        text += n;
        want += 3;
    }
    return text;
}

/* The node's log since `from` is this and nothing else (alone: false: has it in one piece, from the start of a line). */
static void says(struct box *b, const char *node, size_t from, bool alone, const char *want)
{
    const char *log = box_log(b, node) + from, *best = log;

    for (const char *at = log; at; at = alone ? NULL : strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
        struct bound bound = {.len = {0}};
        const char *reached = at, *end = begins(at, want, &bound, &reached);
        if (end && (!alone || !*end))
            return;
        if (reached - at > best - log || at == log)
            best = end ? end : reached;
    }
    fprintf(stderr, "%s says:\n%s\n-- they part at:\n%.200s\n-- instead of:\n%s\n", node, log, best, want);
    fail();
}

#define P_I "ISAKMP: ({c}):"
#define PK  "ISAKMP-PAK: ({c}):"
#define Z   "ISAKMP: (0):"
#define ZK  "ISAKMP-PAK: (0):"
#define STATE(p, major, minor, old, new)                                                                               \
    p "Input = " major ", " minor "\n" p "Old State = " old "  New State = " new " \n\n"
#define NODE(mid, major, minor, old, new)                                                                              \
    P_I "Node " mid ", Input = " major ", " minor "\n" P_I "Old State = " old "  New State = " new "\n"
#define SENT(p, pk, to, role) pk "sending packet to " to " my_port 500 peer_port 500 " role "\n" p "Sending an IKE IPv4 Packet.\n"
#define GOT(pk, from, role)   pk "received packet from " from " dport 500 sport 500 Global " role "\n"
#define VENDOR(p, major, name)                                                                                         \
    p "processing vendor id payload\n" p "vendor ID seems Unity/DPD but major " major " mismatch\n" p "vendor ID is "    \
      name "\n"
#define NATT VENDOR(Z, "69", "NAT-T RFC 3947")
#define OFFER(actual)                                                                                                  \
    Z "Checking ISAKMP transform 1 against priority 10 policy\n" Z "      encryption AES-CBC\n" Z                       \
      "      keylength of 256\n" Z "      hash SHA256\n" Z "      default group 19\n" Z "      auth pre-share\n" Z        \
      "      life type in seconds\nISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80 \n" Z                         \
      "atts are acceptable. Next payload is 0\n" Z "Acceptable atts:actual life: " actual "\n" Z                        \
      "Acceptable atts:life: 0\n" Z "Fill atts in sa vpi_length:4\n" Z "Fill atts in sa life_in_seconds:86400\n" Z       \
      "Returning Actual lifetime: 86400\n" Z "Started lifetime timer: 86400.\n\n"
#define KE(peer)                                                                                                       \
    Z "processing KE payload. message ID = 0\n" Z "processing NONCE payload. message ID = 0\n" Z                        \
      "found peer pre-shared key matching " peer "\n"
#define NAT_D                                                                                                          \
    P_I "received payload type 20\n" P_I "His hash no match - this node outside NAT\n" P_I                              \
        "received payload type 20\n" P_I "No NAT Found for self or peer\n"
#define ID(addr)                                                                                                       \
    P_I "ID payload \n        next-payload : 8\n        type         : 1\n" P_I "   address      : " addr "\n" P_I        \
        "   protocol     : 17 \n        port         : 500 \n        length       : 12\n"
#define MY_ID(addr)                                                                                                    \
    P_I "SA is doing \n" P_I "pre-shared key authentication using id type ID_IPV4_ADDR\n" ID(addr) P_I                  \
        "Total payload length: 12\n"
#define HIS_ID(addr)                                                                                                   \
    P_I "processing ID payload. message ID = 0\n" ID(addr) Z "peer matches *none* of the profiles\n" P_I               \
        "processing HASH payload. message ID = 0\n"
#define STATUS P_I "SA authentication status:\n        authenticated\n"
#define INSERTED(here, there)                                                                                          \
    Z "Trying to insert a peer " here "/" there "/500/, \n" Z " and inserted successfully {p}.\n"
#define PROPOSAL(here, there, l, r)                                                                                    \
    P_I "Checking IPSec proposal 1\n" P_I "transform 1, ESP_AES \n" P_I "   attributes in transform:\n" P_I             \
        "      encaps is 1 (Tunnel)\n" P_I "      SA life type in seconds\n" P_I                                        \
        "      SA life duration (basic) of 3600\n" P_I "      SA life type in kilobytes\n"                              \
        "ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0 \n" P_I "      authenticator is HMAC-SHA256\n" P_I   \
        "      key length is 256\n" P_I "atts are acceptable.\n"                                                        \
        "IPSEC(validate_proposal_request): proposal part #1\n"                                                          \
        "IPSEC(validate_proposal_request): proposal part #1,\n"                                                         \
        "  (key eng. msg.) INBOUND local= " here ":0, remote= " there ":0,\n"                                           \
        "    local_proxy= " l ".0/255.255.255.0/256/0,\n    remote_proxy= " r ".0/255.255.255.0/256/0,\n"                \
        "    protocol= ESP, transform= esp-aes 256 esp-sha256-hmac  (Tunnel), \n    lifedur= 0s and 0kb, \n"             \
        "    spi= 0x0(0), conn_id= 0, keysize= 256, flags= 0x0\n" MAPDB(l, r, "0")                                       \
        "(ipsec_process_proposal)Map Accepted: VPN, 10\n"
#define MAPDB(l, r, proto)                                                                                             \
    "Crypto mapdb : proxy_match\n        src addr     : " l ".0\n        dst addr     : " r ".0\n"                       \
    "        protocol     : " proto "\n        src port     : 0\n        dst port     : 0\n"
#define PAYLOADS(mid)                                                                                                  \
    P_I "processing NONCE payload. message ID = " mid "\n" P_I "processing ID payload. message ID = " mid "\n" P_I       \
        "processing ID payload. message ID = " mid "\n"
#define SA_LINES(title, dest, spi, dec, conn, here, there, l, r)                                                       \
    title ",\n  (sa) sa_dest= " dest ", sa_proto= 50, \n    sa_spi= 0x" spi "(" dec "), \n"                               \
          "    sa_trans= esp-aes 256 esp-sha256-hmac , sa_conn_id= " conn "\n"                                           \
          "    sa_lifetime(k/sec)= (4608000/3600),\n  (identity) local= " here ":0, remote= " there ":0,\n"                \
          "    local_proxy= " l ".0/255.255.255.0/256/0,\n    remote_proxy= " r ".0/255.255.255.0/256/0\n"
#define QUEUE "IPSEC(key_engine): got a queue event with 1 KMI message(s)\n"
#define INSTALL(here, there, l, r)                                                                                     \
    QUEUE MAPDB(l, r, "256") "IPSEC(crypto_ipsec_create_ipsec_sas): Map found VPN, 10\n"                                \
        "IPSEC(get_old_outbound_sa_for_peer): No outbound SA found for peer {z}\n"                                      \
        SA_LINES("IPSEC(create_sa): sa created", here, "{s}", "{t}", "{k}", here, there, l, r)                           \
        SA_LINES("IPSEC(create_sa): sa created", there, "{u}", "{v}", "{w}", here, there, l, r)                          \
        P_I "Received IPSec Install callback... proceeding with the negotiation\n" P_I                                   \
        "Successfully installed IPSEC SA (SPI:0x{s}) on Ethernet0/0\n"
#define OUTBOUND(there)                                                                                                \
    QUEUE "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP\n"                                        \
          "IPSEC(update_current_outbound_sa): updated peer " there " current outbound sa to SPI {u}\n"

#define A  "10.0.0.1"
#define B  "10.0.0.2"
#define NA "192.168.1"
#define NB "192.168.2"

static struct box *quiet_pair(const char *global, struct wire **wire)
{
    char text[256];

    snprintf(text, sizeof text, "no service timestamps debug\n%s", global);
    struct box *b = crypto_pair(text, wire);
    for (int i = 1; i <= 2; i++) {
        char node[4];
        snprintf(node, sizeof node, "r%d", i);
        box_type_all(b, node, "debug crypto isakmp\ndebug crypto ipsec");
    }
    return b;
}

static void up(void **state)
{
    (void)state;
    struct box *b = quiet_pair("", NULL);
    size_t r1 = box_log_len(b, "r1"), r2 = box_log_len(b, "r2");

    pair_up(b);
    says(b, "r1", r1, true,
         "IPSEC(sa_request): ,\n  (key eng. msg.) OUTBOUND local= " A ":500, remote= " B ":500,\n"
         "    local_proxy= " NA ".0/255.255.255.0/256/0,\n    remote_proxy= " NB ".0/255.255.255.0/256/0,\n"
         "    protocol= ESP, transform= esp-aes 256 esp-sha256-hmac  (Tunnel), \n    lifedur= 3600s and 4608000kb, \n"
         "    spi= 0x0(0), conn_id= 0, keysize= 256, flags= 0x0\n"
         Z "SA request profile is (NULL)\n"
         Z "Created a peer struct for " B ", peer port 500\n"
         Z "New peer created peer = 0x{p} peer_handle = 0x{h}\n"
         Z "Locking peer struct 0x{p}, refcount 1 for isakmp_initiator\n"
         Z "local port 500, remote port 500\n"
         Z "set new node 0 to QM_IDLE      \n"
         Z "insert sa successfully sa = {a}\n"
         Z "Can not start Aggressive mode, trying Main mode.\n"
         Z "found peer pre-shared key matching " B "\n"
         Z "constructed NAT-T vendor-rfc3947 ID\n"
         Z "constructed NAT-T vendor-03 ID\n"
         Z "constructed NAT-T vendor-02 ID\n"
         STATE(Z, "IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM", "IKE_READY", "IKE_I_MM1")
         Z "beginning Main Mode exchange\n"
         SENT(Z, ZK, B, "(I) MM_NO_STATE")
         GOT(ZK, B, "(I) MM_NO_STATE")
         STATE(Z, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_I_MM1", "IKE_I_MM2")
         Z "processing SA payload. message ID = 0\n"
         NATT
         Z "found peer pre-shared key matching " B "\n"
         Z "local preshared key found\n"
         Z "Scanning profiles for xauth ...\n"
         OFFER("0")
         NATT
         STATE(Z, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", "IKE_I_MM2", "IKE_I_MM2")
         SENT(Z, ZK, B, "(I) MM_SA_SETUP")
         STATE(Z, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", "IKE_I_MM2", "IKE_I_MM3")
         GOT(ZK, B, "(I) MM_SA_SETUP")
         STATE(Z, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_I_MM3", "IKE_I_MM4")
         KE(B)
         P_I "processing vendor id payload\n" P_I "vendor ID is Unity\n"
         P_I "processing vendor id payload\n" P_I "vendor ID is DPD\n"
         P_I "processing vendor id payload\n" P_I "speaking to another IOS box!\n"
         NAT_D
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", "IKE_I_MM4", "IKE_I_MM4")
         P_I "Send initial contact\n"
         MY_ID(A)
         SENT(P_I, PK, B, "(I) MM_KEY_EXCH")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", "IKE_I_MM4", "IKE_I_MM5")
         GOT(PK, B, "(I) MM_KEY_EXCH")
         HIS_ID(B)
         STATUS
         P_I "SA has been authenticated with " B "\n"
         INSERTED(A, B)
         STATE(P_I, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_I_MM5", "IKE_I_MM6")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", "IKE_I_MM6", "IKE_I_MM6")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", "IKE_I_MM6", "IKE_P1_COMPLETE")
         P_I "beginning Quick Mode exchange, M-ID of {m}\n"
         P_I "QM Initiator gets spi\n"
         SENT(P_I, PK, B, "(I) QM_IDLE      ")
         NODE("{m}", "IKE_MESG_INTERNAL", "IKE_INIT_QM", "IKE_QM_READY", "IKE_QM_I_QM1")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE")
         GOT(PK, B, "(I) QM_IDLE      ")
         P_I "processing HASH payload. message ID = {m}\n"
         P_I "processing SA payload. message ID = {m}\n"
         PROPOSAL(A, B, NA, NB)
         PAYLOADS("{m}")
         NODE("{m}", "IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_I_QM1", "IKE_QM_IPSEC_INSTALL_AWAIT")
         INSTALL(A, B, NA, NB)
         SENT(P_I, PK, B, "(I) QM_IDLE      ")
         P_I "deleting node {m} error FALSE reason \"No Error\"\n"
         NODE("{m}", "IKE_MESG_FROM_IPSEC", "IPSEC_INSTALL_DONE", "IKE_QM_IPSEC_INSTALL_AWAIT", "IKE_QM_PHASE2_COMPLETE")
         OUTBOUND(B));
    says(b, "r2", r2, true,
         GOT(ZK, A, "(N) NEW SA")
         Z "Created a peer struct for " A ", peer port 500\n"
         Z "New peer created peer = 0x{p} peer_handle = 0x{h}\n"
         Z "Locking peer struct 0x{p}, refcount 1 for crypto_isakmp_process_block\n"
         Z "local port 500, remote port 500\n"
         Z "insert sa successfully sa = {a}\n"
         STATE(Z, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_READY", "IKE_R_MM1")
         Z "processing SA payload. message ID = 0\n"
         NATT VENDOR(Z, "157", "NAT-T v3") VENDOR(Z, "123", "NAT-T v2")
         Z "found peer pre-shared key matching " A "\n"
         Z "local preshared key found\n"
         Z "Scanning profiles for xauth ...\n"
         OFFER("86400")
         NATT VENDOR(Z, "157", "NAT-T v3") VENDOR(Z, "123", "NAT-T v2")
         STATE(Z, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", "IKE_R_MM1", "IKE_R_MM1")
         Z "constructed NAT-T vendor-rfc3947 ID\n"
         SENT(Z, ZK, A, "(R) MM_SA_SETUP")
         STATE(Z, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", "IKE_R_MM1", "IKE_R_MM2")
         GOT(ZK, A, "(R) MM_SA_SETUP")
         STATE(Z, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_R_MM2", "IKE_R_MM3")
         KE(A)
         P_I "processing vendor id payload\n" P_I "vendor ID is DPD\n"
         P_I "processing vendor id payload\n" P_I "speaking to another IOS box!\n"
         P_I "processing vendor id payload\n" P_I "vendor ID is XAUTH\n"
         NAT_D
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", "IKE_R_MM3", "IKE_R_MM3")
         SENT(P_I, PK, A, "(R) MM_KEY_EXCH")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", "IKE_R_MM3", "IKE_R_MM4")
         GOT(PK, A, "(R) MM_KEY_EXCH")
         STATE(P_I, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_R_MM4", "IKE_R_MM5")
         HIS_ID(A)
         P_I "processing NOTIFY INITIAL_CONTACT protocol 1\n        spi 0, message ID = 0, sa = 0x{a}\n"
         STATUS
         P_I "SA has been authenticated with " A "\n"
         STATUS
         P_I "Process initial contact,\nbring down existing phase 1 and 2 SA's with local " B " remote " A
             " remote port 500\n"
         INSERTED(B, A)
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE", "IKE_R_MM5", "IKE_R_MM5")
         MY_ID(B)
         SENT(P_I, PK, A, "(R) MM_KEY_EXCH")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE", "IKE_R_MM5", "IKE_P1_COMPLETE")
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE")
         GOT(PK, A, "(R) QM_IDLE      ")
         P_I "set new node {m} to QM_IDLE      \n"
         P_I "processing HASH payload. message ID = {m}\n"
         P_I "processing SA payload. message ID = {m}\n"
         PROPOSAL(B, A, NB, NA)
         PAYLOADS("{m}")
         P_I "QM Responder gets spi\n"
         NODE("{m}", "IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_READY", "IKE_QM_SPI_STARVE")
         NODE("{m}", "IKE_MESG_INTERNAL", "IKE_GOT_SPI", "IKE_QM_SPI_STARVE", "IKE_QM_IPSEC_INSTALL_AWAIT")
         INSTALL(B, A, NB, NA)
         SENT(P_I, PK, A, "(R) QM_IDLE      ")
         NODE("{m}", "IKE_MESG_FROM_IPSEC", "IPSEC_INSTALL_DONE", "IKE_QM_IPSEC_INSTALL_AWAIT", "IKE_QM_R_QM2")
         GOT(PK, A, "(R) QM_IDLE      ")
         P_I "deleting node {m} error FALSE reason \"QM done (await)\"\n"
         NODE("{m}", "IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_R_QM2", "IKE_QM_PHASE2_COMPLETE")
         OUTBOUND(A));
    /* on a screen an empty line stands behind each state of main mode */
    pair_has(b, "r1", "show logging", "New State = IKE_I_MM1 \n\nISAKMP: (0):beginning Main Mode exchange\n");
    box_free(b);
}

/* A pair is cleared: its DELETE on one side and on the other. */
static void pair_deleted(void **state)
{
    (void)state;
    struct box *b = quiet_pair("", NULL);

    pair_up(b);
    box_run(b, 2 * US_PER_S);
    size_t r1 = box_log_len(b, "r1"), r2 = box_log_len(b, "r2");
    pair_says(b, "r1", "clear crypto sa", "");
    box_run(b, 2 * US_PER_S);
    says(b, "r1", r1, true,
         SA_LINES("IPSEC(delete_sa): deleting SA", A, "{s}", "{t}", "{k}", A, B, NA, NB)
         SA_LINES("IPSEC(delete_sa): deleting SA", B, "{u}", "{v}", "{w}", A, B, NA, NB)
         P_I "set new node {n} to QM_IDLE      \n"
         SENT(P_I, PK, B, "(I) QM_IDLE      ")
         P_I "purging node {n}\n"
         STATE(P_I, "IKE_MESG_FROM_IPSEC", "IKE_PHASE2_DEL", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"));
    says(b, "r2", r2, true,
         GOT(PK, A, "(R) QM_IDLE      ")
         P_I "set new node {n} to QM_IDLE      \n"
         P_I "processing HASH payload. message ID = {n}\n"
         P_I "processing DELETE payload. message ID = {n}\n"
         P_I "peer does not do paranoid keepalives.\n"
         P_I "Enqueued KEY_MGR_DELETE_SAS for IPSEC SA (SPI:0x{u})\n"
         P_I "deleting node {n} error FALSE reason \"Informational (in) state 1\"\n"
         QUEUE
         "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP\n"
         "IPSEC(key_engine_delete_sas): delete SA with spi 0x{u} proto 50 for " A "\n"
         SA_LINES("IPSEC(delete_sa): deleting SA", B, "{s}", "{t}", "{k}", B, A, NB, NA)
         SA_LINES("IPSEC(delete_sa): deleting SA", A, "{u}", "{v}", "{w}", B, A, NB, NA));
    box_free(b);
}

#define KEEPALIVES "peer does not do paranoid keepalives.\n\n"
#define DELETED(role, there, reason)                                                                                   \
    STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PHASE1_DEL", "IKE_P1_COMPLETE", "IKE_DEST_SA")                                 \
    P_I "deleting SA reason \"" reason "\" state " role " QM_IDLE       (peer " there ") \n" P_I                        \
        "Unlocking peer struct 0x{p} for isadb_mark_sa_deleted(), count 0\n"

/* The IKE SA is cleared. */
static void ike_deleted(void **state)
{
    (void)state;
    struct box *b = quiet_pair("", NULL);

    pair_up(b);
    box_type_all(b, "r1", "clear crypto sa");
    box_run(b, 60 * US_PER_S);
    size_t r1 = box_log_len(b, "r1"), r2 = box_log_len(b, "r2");
    pair_says(b, "r1", "clear crypto isakmp", "");
    box_run(b, 2 * US_PER_S);
    says(b, "r1", r1, true,
         P_I KEEPALIVES
         P_I "deleting SA reason \"Cleared by user\" state (I) QM_IDLE       (peer " B ")\n"
         P_I "set new node {n} to QM_IDLE      \n"
         SENT(P_I, PK, B, "(I) QM_IDLE      ")
         P_I "purging node {n}\n"
         DELETED("(I)", B, "Cleared by user")
         Z "Deleting peer node by peer_reap for " B ": {p}\n");
    says(b, "r2", r2, true,
         GOT(PK, A, "(R) QM_IDLE      ")
         P_I "set new node {n} to QM_IDLE      \n"
         P_I "processing HASH payload. message ID = {n}\n"
         P_I "processing DELETE payload. message ID = {n}\n"
         P_I KEEPALIVES
         P_I "deleting SA reason \"No reason\" state (R) QM_IDLE       (peer " A ")\n"
         P_I "deleting node {n} error FALSE reason \"Informational (in) state 1\"\n"
         DELETED("(R)", A, "No reason")
         Z "Deleting peer node by peer_reap for " A ": {p}\n"
         STATE(P_I, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_DEST_SA", "IKE_DEST_SA"));
    r1 = box_log_len(b, "r1");
    box_run(b, 60 * US_PER_S);
    says(b, "r1", r1, true, P_I "purging SA., sa={a}, delme={a}\n");
    box_free(b);
}

/* Everything goes while the node of the quick mode is still there. */
static void session_cleared(void **state)
{
    (void)state;
    struct box *b = quiet_pair("", NULL);

    pair_up(b);
    box_run(b, 2 * US_PER_S);
    size_t r2 = box_log_len(b, "r2");
    pair_says(b, "r1", "clear crypto session", "");
    box_run(b, 2 * US_PER_S);
    says(b, "r2", r2, false,
         DELETED("(R)", A, "No reason")
         Z "Deleting peer node by peer_reap for " A ": {p}\n"
         P_I "deleting node {m} error FALSE reason \"IKE deleted\"\n"
         STATE(P_I, "IKE_MESG_FROM_PEER", "IKE_MM_EXCH", "IKE_DEST_SA", "IKE_DEST_SA"));
    box_free(b);
}

/* All that r1 sends by UDP is lost. */
static enum wire_verdict lose(void *arg, int from, uint8_t *frame, size_t len)
{
    const int *whose = arg;

    return *whose == from && len > 42 && frame[12] == 8 && frame[23] == 17 ? WIRE_LOSE : WIRE_PASS;
}

/* A pair that loses the datagrams of *whose. */
static struct box *losing_pair(const char *global, int *whose)
{
    struct wire *w;
    struct box *b = quiet_pair(global, &w);

    wire_tap(w, lose, whose);
    return b;
}

#define PROBE(seq, node)                                                                                               \
    P_I "set new node " node " to QM_IDLE      \n" P_I "Sending NOTIFY DPD/R_U_THERE protocol 1\n        spi {s}, "       \
        "message ID = " node "\n" P_I "seq. no 0x" seq "\n" SENT(P_I, PK, B, "(I) QM_IDLE      ") P_I                    \
        "purging node " node "\n"                                                                                       \
        STATE(P_I, "IKE_MESG_FROM_TIMER", "IKE_TIMER_IM_ALIVE", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE")

static void dead_peer(void **state)
{
    int whose = 2;
    (void)state;
    struct box *b = losing_pair("crypto isakmp keepalive 20 2 periodic\n", &whose);

    box_type_all(b, "r2", "configure terminal\nno crypto isakmp keepalive\nend");
    pair_up(b);
    size_t r1 = box_log_len(b, "r1"), r2 = box_log_len(b, "r2");
    box_run(b, 22 * US_PER_S);
    says(b, "r1", r1, true,
         PROBE("{q}", "{m}")
         GOT(PK, B, "(I) QM_IDLE      ")
         P_I "set new node {n} to QM_IDLE      \n"
         P_I "processing HASH payload. message ID = {n}\n"
         P_I "processing NOTIFY DPD/R_U_THERE_ACK protocol 1\n        spi 0, message ID = {n}, sa = 0x{a}\n"
         P_I "DPD/R_U_THERE_ACK received from peer " B ", sequence 0x{q}\n"
         P_I "deleting node {n} error FALSE reason \"Informational (in) state 1\"\n"
         STATE(P_I, "IKE_MESG_FROM_PEER", "IKE_INFO_NOTIFY", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"));
    says(b, "r2", r2, true,
         GOT(PK, A, "(R) QM_IDLE      ")
         P_I "set new node {n} to QM_IDLE      \n"
         P_I "processing HASH payload. message ID = {n}\n"
         P_I "processing NOTIFY DPD/R_U_THERE protocol 1\n        spi 0, message ID = {n}, sa = 0x{a}\n"
         P_I "DPD/R_U_THERE received from peer " A ", sequence 0x{q}\n"
         P_I "set new node {m} to QM_IDLE      \n"
         P_I "Sending NOTIFY DPD/R_U_THERE_ACK protocol 1\n        spi {s}, message ID = {m}\n"
         P_I "seq. no 0x{q}\n"
         SENT(P_I, PK, A, "(R) QM_IDLE      ")
         P_I "purging node {m}\n"
         P_I "deleting node {n} error FALSE reason \"Informational (in) state 1\"\n"
         STATE(P_I, "IKE_MESG_FROM_PEER", "IKE_INFO_NOTIFY", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"));
    whose = 0;
    r1 = box_log_len(b, "r1");
    box_run(b, 60 * US_PER_S);
    says(b, "r1", r1, false,
         PROBE("{q}", "{m}")
         P_I "DPD incrementing error counter (1/5)\n"
         PROBE("{q}", "{n}")
         P_I "DPD incrementing error counter (2/5)\n"
         PROBE("{q}", "{o}")
         P_I "DPD incrementing error counter (3/5)\n"
         PROBE("{q}", "{x}")
         P_I "purging node {z}\n" /* the quick mode's, 50 s after it */
         P_I "DPD incrementing error counter (4/5)\n"
         PROBE("{q}", "{y}")
         P_I "DPD incrementing error counter (5/5)\n"
         P_I "peer " B " not responding!\n");
    says(b, "r1", r1, false,
         P_I KEEPALIVES
         P_I "deleting SA reason \"P1 errcounter exceeded (PEERS_ALIVE_TIMER)\" state (I) QM_IDLE       (peer " B ")\n"
         STATE(P_I, "IKE_MESG_INTERNAL", "IKE_PHASE1_DEL", "IKE_P1_COMPLETE", "IKE_DEST_SA"));
    box_free(b);
}

#define AGAIN(n)                                                                                                       \
    Z "retransmitting phase 1 MM_NO_STATE...\n" Z "incrementing error counter on sa, attempt " n                        \
      " of 5: retransmit phase 1\n" Z "retransmitting phase 1 MM_NO_STATE\n" SENT(Z, ZK, B, "(I) MM_NO_STATE")

static void nobody_answers(void **state)
{
    int whose = 0;
    (void)state;
    struct box *b = losing_pair("", &whose);

    size_t r1 = box_log_len(b, "r1");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    box_run(b, 70 * US_PER_S);
    says(b, "r1", r1, false,
         AGAIN("1") AGAIN("2") AGAIN("3") AGAIN("4") AGAIN("5")
         Z KEEPALIVES
         Z "deleting SA reason \"Death by retransmission P1\" state (I) MM_NO_STATE (peer " B ")\n"
         STATE(Z, "IKE_MESG_INTERNAL", "IKE_PHASE1_DEL", "IKE_I_MM1", "IKE_DEST_SA")
         Z "deleting SA reason \"Death by retransmission P1\" state (I) MM_NO_STATE (peer " B ") \n"
         Z "Unlocking peer struct 0x{p} for isadb_mark_sa_deleted(), count 0\n"
         Z "Deleting peer node by peer_reap for " B ": {p}\n");
    box_free(b);
}

/* An answer is lost: the question comes again and is answered again. */
static void asked_twice(void **state)
{
    int whose = 1;
    (void)state;
    struct box *b = losing_pair("", &whose);

    size_t r2 = box_log_len(b, "r2");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    box_run(b, 12 * US_PER_S);
    says(b, "r2", r2, false,
         GOT(ZK, A, "(R) MM_SA_SETUP")
         Z "phase 1 packet is a duplicate of a previous packet.\n"
         Z "retransmitting due to retransmit phase 1\n"
         Z "retransmitting phase 1 MM_SA_SETUP...\n"
         SENT(Z, ZK, A, "(R) MM_SA_SETUP"));
    box_free(b);
}

static void no_key(void **state)
{
    (void)state;
    struct box *b = quiet_pair("", NULL);

    box_type_all(b, "r1", "configure terminal\nno crypto isakmp key cisco123 address 10.0.0.2\nend");
    size_t r1 = box_log_len(b, "r1");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    says(b, "r1", r1, false,
         Z "Can not start Aggressive mode, trying Main mode.\n"
         "ISAKMP-ERROR: (0):No pre-shared key with " B "!\n"
         "ISAKMP-ERROR: (0):No Cert or pre-shared address key. \n"
         "ISAKMP-ERROR: (0):construct_initial_message: Can not start Main mode\n"
         Z "Unlocking peer struct 0x{p} for isadb_unlock_peer_delete_sa(), count 0\n"
         Z "purging SA., sa={a}, delme={a}\n"
         "ISAKMP-ERROR: (0):Error while processing SA request: Failed to initialize SA\n"
         "ISAKMP-ERROR: (0):Error while processing KMI message 0, error 2.\n"
         Z "Deleting peer node by peer_reap for " B ": {p}\n");
    box_free(b);
}

/* A transform set that the peer does not have. */
static void refused(void **state)
{
    (void)state;
    struct box *b = quiet_pair("", NULL);

    box_type_all(b, "r2",
                 "configure terminal\ncrypto ipsec transform-set OTHER esp-aes 192 esp-sha512-hmac\n"
                 "crypto map VPN 10 ipsec-isakmp\nset transform-set OTHER\nend");
    size_t r1 = box_log_len(b, "r1"), r2 = box_log_len(b, "r2");
    pair_has(b, "r1", PAIR_PING " repeat 1", "(0/1)");
    says(b, "r2", r2, false,
         "ISAKMP-ERROR: ({c}):IPSec policy invalidated proposal with error 32\n"
         "ISAKMP-ERROR: ({c}):phase 2 SA policy not acceptable! (local " B " remote " A ")\n"
         P_I "set new node {n} to QM_IDLE      \n"
         P_I "Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3\n        spi {s}, message ID = {n}\n"
         SENT(P_I, PK, A, "(R) QM_IDLE      ")
         P_I "purging node {n}\n");
    says(b, "r2", r2, false,
         P_I "deleting node {m} error TRUE reason \"QM rejected\"\n"
         NODE("{m}", "IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "IKE_QM_READY", "IKE_QM_READY"));
    says(b, "r1", r1, false,
         P_I "processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3\n        spi {s}, message ID = {n}, sa = 0x{a}\n");
    says(b, "r1", r1, false, P_I "deleting node {m} error TRUE reason \"Delete Larval\"\n");
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up),          cmocka_unit_test(pair_deleted),   cmocka_unit_test(ike_deleted),
        cmocka_unit_test(dead_peer),   cmocka_unit_test(nobody_answers), cmocka_unit_test(asked_twice),
        cmocka_unit_test(no_key),      cmocka_unit_test(refused),        cmocka_unit_test(session_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
