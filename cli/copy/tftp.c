/* tftp.c: a TFTP client (RFC 1350, options of RFC 2347 to 2349) over the router's own UDP.
 *
 *     ASKED --- first answer: DATA 1, ACK 0 or OACK ---> RUNNING --- last block acknowledged ---> (over)
 *       |  repeat the request                              |  repeat the last packet
 *       `------------ SENDS_MAX times without an answer: TRANSFER_TIMEOUT ------------'
 *
 * Lock step: one packet is out at a time, kept whole, and sent again after TIMEOUT without progress. The server's port becomes known with its first answer; what
 * comes from elsewhere is told so (ERROR 5) and changes nothing. Getting: a block that came before is acknowledged again, nothing else is. Putting: an
 * acknowledgement that came before is not answered, so that a repeated packet does not double the traffic for ever. Block numbers go round at 65536.
 * Who got a file stays a while after the last ACK, since that may be lost (RFC 1350 section 6); who put one ends with the last ACK.
 *
 * A server that refuses options (ERROR 8) is asked again without. It is never believed: sizes are bounded by FILE_SIZE_MAX, an option that was not asked for,
 * a block longer than agreed and a packet out of place end the transfer. What it does not do: netascii, multicast, windows. */
#include <string.h>

#include "cli/copy/copy_local.h"
#include "cli/copy/tftp_codec.h"
#include "espial/inet.h"
#include "espial/ip.h"

enum { SENDS_MAX = 6, MARK_EVERY = 10 };
#define TIMEOUT (3 * US_PER_S)

struct tftp {
    struct transfer common; /* first */
    struct udp_sock *sock;
    uint32_t server;
    uint16_t first_port, port; /* where requests go; of the server, once it has answered */
    bool asked, options;
    uint16_t block_size;
    uint64_t block; /* get: the last one that came; put: the one that is out */
    bool last;      /* put: it is the last */
    unsigned sends;
    size_t len; /* of `out` */
    uint8_t out[TFTP_HEADER + TFTP_BLOCK_MAX];
};

static void give_up(struct tftp *t, enum transfer_end e)
{
    transfer_end(&t->common, e, false);
}

/* Tell the other end why, and end. */
static void refuse(struct tftp *t, enum tftp_error code, const char *text, enum transfer_end e)
{
    uint8_t packet[64];
    size_t len = tftp_error(packet, sizeof packet, code, text);
    udp_send(t->sock, t->common.p.source, t->server, t->port, packet, len);
    give_up(t, e);
}

/* What is in `out` goes out; false: it cannot, and t is gone. */
static bool send_out(struct tftp *t)
{
    t->sends++;
    int e = udp_send(t->sock, t->common.p.source, t->server, t->port, t->out, t->len);
    timer_set(&t->common.timer, TIMEOUT);
    if (e == 0 || !t->asked || t->sends > 1) /* a way that is lost meanwhile may come back before the last repetition */
        return true;
    give_up(t, TRANSFER_NO_ROUTE);
    return false;
}

static void ask(struct tftp *t)
{
    const struct transfer_params *p = &t->common.p;
    uint16_t block = t->options && t->block_size != TFTP_BLOCK ? t->block_size : 0;
    uint64_t size = !t->options ? UINT64_MAX : p->put ? p->size : 0;
    t->len = tftp_request(t->out, sizeof t->out, p->put ? TFTP_WRQ : TFTP_RRQ, p->url.path, block, size);
    t->asked = true;
    t->sends = 0;
    send_out(t);
}

static void on_time(void *arg)
{
    struct tftp *t = arg;
    if (t->common.over) {
        transfer_free(&t->common, false);
        return;
    }
    if (t->sends == SENDS_MAX) {
        give_up(t, TRANSFER_TIMEOUT);
        return;
    }
    t->common.p.mark(t->common.p.arg, '.');
    send_out(t);
}

static void mark(struct tftp *t)
{
    if (t->block % MARK_EVERY == 1)
        t->common.p.mark(t->common.p.arg, '!');
}

static void send_ack(struct tftp *t)
{
    t->len = tftp_ack(t->out, (uint16_t)t->block);
    t->sends = 0;
    send_out(t);
}

/* Put: the next block. */
static void send_block(struct tftp *t)
{
    const struct transfer_params *p = &t->common.p;
    size_t n = 0;
    if (!p->give(p->arg, t->out + TFTP_HEADER, t->block_size, &n)) {
        refuse(t, TFTP_UNDEFINED, "I/O error", TRANSFER_LOCAL);
        return;
    }
    t->block++;
    t->last = n < t->block_size;
    t->out[0] = 0;
    t->out[1] = TFTP_DATA;
    t->out[2] = (uint8_t)(t->block >> 8);
    t->out[3] = (uint8_t)t->block;
    t->len = TFTP_HEADER + n;
    t->sends = 0;
    send_out(t);
}

/* ---- what comes ---- */

static void on_error(struct tftp *t, uint16_t code)
{
    static const enum transfer_end ends[] = {
        [TFTP_NOT_FOUND] = TRANSFER_NOT_FOUND, [TFTP_ACCESS] = TRANSFER_DENIED,  [TFTP_FULL] = TRANSFER_FULL,
        [TFTP_EXISTS] = TRANSFER_EXISTS,       [TFTP_NO_USER] = TRANSFER_DENIED,
    };
    enum transfer_end e = code < sizeof ends / sizeof ends[0] && ends[code] ? ends[code] : TRANSFER_UNDEFINED;
    if (t->asked && t->options && code == TFTP_OPTIONS) {
        t->options = false;
        t->block_size = TFTP_BLOCK;
        t->port = t->first_port;
        ask(t);
        return;
    }
    give_up(t, e);
}

/* The first answer that is not an error. */
static void answered(struct tftp *t, const struct udp_from *from, const struct tftp_packet *k)
{
    const struct transfer_params *p = &t->common.p;
    t->asked = false;
    t->port = from->sport;
    p->started(p->arg, inet_if_name(t->common.copier->inet, from->ifindex));
    if (k->op != TFTP_OACK)
        t->block_size = TFTP_BLOCK;
}

static void on_oack(struct tftp *t, const struct tftp_packet *k)
{
    bool asked_block = t->options && t->block_size != TFTP_BLOCK;
    if (!t->options || (k->has_block && (!asked_block || k->block > t->block_size))) {
        refuse(t, TFTP_OPTIONS, "Option not asked for", TRANSFER_PROTOCOL);
        return;
    }
    if (!t->common.p.put && k->has_size && k->size > FILE_SIZE_MAX) {
        refuse(t, TFTP_FULL, "File too big", TRANSFER_TOO_BIG);
        return;
    }
    t->block_size = k->has_block ? k->block : TFTP_BLOCK;
    if (t->common.p.put)
        send_block(t);
    else
        send_ack(t); /* of block 0 */
}

static void on_data(struct tftp *t, const struct tftp_packet *k)
{
    const struct transfer_params *p = &t->common.p;
    if (k->number != (uint16_t)(t->block + 1)) {
        if (k->number == (uint16_t)t->block && t->block)
            udp_send(t->sock, p->source, t->server, t->port, t->out, t->len); /* the ACK of it, again */
        return;
    }
    if (k->len > t->block_size) {
        refuse(t, TFTP_ILLEGAL, "Block too long", TRANSFER_PROTOCOL);
        return;
    }
    if (k->len > FILE_SIZE_MAX - t->common.bytes) {
        refuse(t, TFTP_FULL, "File too big", TRANSFER_TOO_BIG);
        return;
    }
    if (!p->take(p->arg, k->data, k->len)) {
        refuse(t, TFTP_FULL, "Disk full", TRANSFER_LOCAL);
        return;
    }
    t->common.bytes += k->len;
    t->block++;
    mark(t);
    bool last = k->len < t->block_size;
    t->len = tftp_ack(t->out, (uint16_t)t->block);
    t->sends = 0;
    if (send_out(t) && last)
        transfer_end(&t->common, TRANSFER_OK, true);
}

static void on_ack(struct tftp *t, const struct tftp_packet *k)
{
    if (k->number != (uint16_t)t->block)
        return;
    if (t->block) {
        t->common.bytes += t->len - TFTP_HEADER;
        mark(t);
    }
    if (t->last)
        give_up(t, TRANSFER_OK);
    else
        send_block(t);
}

static void on_packet(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct tftp *t = arg;
    struct tftp_packet k;
    if (from->src != t->server)
        return;
    if (!t->asked && from->sport != t->port) {
        uint8_t packet[64];
        size_t n = tftp_error(packet, sizeof packet, TFTP_UNKNOWN_ID, "Unknown transfer ID");
        if (len >= 2 && !(data[0] == 0 && data[1] == TFTP_ERROR)) /* errors are not answered with errors */
            udp_send(t->sock, t->common.p.source, t->server, from->sport, packet, n);
        return;
    }
    if (!tftp_decode(data, len, &k)) {
        if (!t->common.over) {
            t->port = from->sport;
            refuse(t, len >= 2 && data[1] == TFTP_OACK ? TFTP_OPTIONS : TFTP_ILLEGAL, "Illegal packet",
                   TRANSFER_PROTOCOL);
        }
        return;
    }
    if (t->common.over) {
        if (k.op == TFTP_DATA && k.number == (uint16_t)t->block)
            udp_send(t->sock, t->common.p.source, t->server, t->port, t->out, t->len);
        return;
    }
    if (k.op == TFTP_ERROR) {
        on_error(t, k.number);
        return;
    }
    bool put = t->common.p.put, first = t->asked;
    enum tftp_op mine = put ? TFTP_ACK : TFTP_DATA;
    if (k.op != mine && !(first && k.op == TFTP_OACK)) {
        /* An OACK once more: its ACK, or the first block, was lost, and goes out again with the timer. */
        if (k.op != TFTP_OACK) {
            t->port = from->sport;
            refuse(t, TFTP_ILLEGAL, "Illegal TFTP operation", TRANSFER_PROTOCOL);
        }
        return;
    }
    if (first && k.op == mine && k.number != (put ? 0 : 1))
        return; /* of an earlier transfer to this port */
    if (first)
        answered(t, from, &k);
    if (k.op == TFTP_OACK)
        on_oack(t, &k);
    else if (put)
        on_ack(t, &k);
    else
        on_data(t, &k);
}

/* ---- */

static void tftp_start(struct transfer *common)
{
    struct tftp *t = (struct tftp *)common;
    struct transfer_params *p = &common->p;
    struct inet *inet = common->copier->inet;
    timer_init(&common->timer, common->copier->loop, on_time, t);
    if (!ip4_parse(p->url.host, &t->server)) {
        give_up(t, TRANSFER_NO_HOST);
        return;
    }
    if (p->put && p->size > FILE_SIZE_MAX) {
        give_up(t, TRANSFER_TOO_BIG);
        return;
    }
    t->sock = inet ? udp_open(inet, 0, on_packet, t) : NULL;
    if (!t->sock) {
        give_up(t, TRANSFER_NONE);
        return;
    }
    t->port = t->first_port = p->url.port ? p->url.port : TFTP_PORT;
    t->options = true;
    t->block_size = p->block_size ? p->block_size : TFTP_BLOCK;
    ask(t);
}

static void tftp_fini(struct transfer *common, bool cancelled)
{
    struct tftp *t = (struct tftp *)common;
    uint8_t packet[64];
    if (cancelled && t->sock && !t->asked && !common->over)
        udp_send(t->sock, common->p.source, t->server, t->port, packet,
                 tftp_error(packet, sizeof packet, TFTP_UNDEFINED, "Aborted"));
    udp_close(t->sock);
}

static const struct transfer_ops tftp_ops = {.start = tftp_start, .fini = tftp_fini};

struct transfer *tftp_transfer_new(void)
{
    struct tftp *t = NEW(struct tftp);
    t->common.ops = &tftp_ops;
    return &t->common;
}
