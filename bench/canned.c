/* canned.c: what a walk can be at most: canned FROM-PORT PORT answers GetNext and GetBulk on 127.0.0.1:PORT from a table that it has prepared, by walking the agent on
 * FROM-PORT once: each varbind as it was sent then. It decides nothing, computes nothing and knows one community. Of bench_snmp.sh: its rate is that of the client and
 * of this machine's loopback. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "espial/mem.h"
#include "snmp/ber.h"

#define ROWS_MAX 200000

struct row {
    uint8_t *pair; /* the whole varbind, with its tag */
    size_t len;
    const uint8_t *name; /* in it, with its tag */
    size_t name_len;
};
struct table {
    struct row *v;
    size_t n, at; /* at: where the last question stood */
};

static int port_of(const char *text, bool own)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(text)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || (own ? bind : connect)(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        perror(text);
        exit(1);
    }
    return fd;
}

struct message {
    int32_t version, id, singles, repetitions;
    struct rd community, list;
    uint8_t tag;
};

static bool take(const uint8_t *p, size_t n, struct message *m)
{
    struct rd r = rd_of(p, n), body = ber_of(&r, BER_SEQUENCE);
    m->version = ber_int(&body);
    m->community = ber_of(&body, BER_OCTETS);
    struct rd pdu = ber_next(&body, &m->tag);
    m->id = ber_int(&pdu);
    m->singles = ber_int(&pdu);
    m->repetitions = ber_int(&pdu);
    m->list = ber_of(&pdu, BER_SEQUENCE);
    return !r.bad && !body.bad && !pdu.bad;
}

static size_t make(const struct message *m, uint8_t tag, struct bw *w, uint8_t *out)
{
    bw_wrap(w, BER_SEQUENCE, 0);
    bw_int(w, tag == BER_GET_BULK ? m->repetitions : 0);
    bw_int(w, 0);
    bw_int(w, m->id);
    bw_wrap(w, tag, 0);
    bw_octets(w, BER_OCTETS, m->community.p, m->community.left);
    bw_int(w, m->version);
    bw_wrap(w, BER_SEQUENCE, 0);
    memmove(out, out + w->at, bw_len(w));
    return bw_len(w);
}

/* The varbinds of one answer of the agent, behind those that are there. False: the end. */
static bool keep(struct table *t, struct rd list)
{
    while (list.left && t->n < ROWS_MAX) {
        struct row row = {.len = list.left};
        const uint8_t *from = list.p;
        struct rd pair = ber_of(&list, BER_SEQUENCE), all = pair;
        uint8_t tag;
        ber_of(&pair, BER_OID);
        size_t name_len = (size_t)(pair.p - all.p);
        ber_next(&pair, &tag);
        if (list.bad || pair.bad || tag == BER_END_OF_VIEW)
            return false;
        row.len = (size_t)(list.p - from);
        row.pair = mem_array(row.len, 1);
        memcpy(row.pair, from, row.len);
        row.name = row.pair + (all.p - from);
        row.name_len = name_len;
        t->v[t->n++] = row;
    }
    return !list.bad && t->n < ROWS_MAX;
}

static void prepare(struct table *t, int agent)
{
    static const uint8_t first[] = {BER_OID, 1, 0x2b}, null[] = {BER_NULL, 0};
    uint8_t buf[65536];
    struct message m = {.version = 1, .community = rd_of((const uint8_t *)"public", 6), .repetitions = 50};
    for (bool more = true; more;) {
        struct bw w = bw_of(buf, sizeof buf);
        bw_bytes(&w, null, sizeof null);
        bw_bytes(&w, t->n ? t->v[t->n - 1].name : first, t->n ? t->v[t->n - 1].name_len : sizeof first);
        bw_wrap(&w, BER_SEQUENCE, 0);
        m.id++;
        size_t n = make(&m, BER_GET_BULK, &w, buf);
        ssize_t got = send(agent, buf, n, 0) < 0 ? -1 : recv(agent, buf, sizeof buf, 0);
        struct message answer;
        size_t was = t->n;
        more = got > 0 && take(buf, (size_t)got, &answer) && keep(t, answer.list) && t->n > was;
    }
}

/* The place behind the row of this name; one that nobody told comes before all. */
static size_t behind(struct table *t, const uint8_t *name, size_t len)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct row *row = &t->v[(t->at + i) % t->n];
        if (row->name_len == len && !memcmp(row->name, name, len))
            return t->at = (t->at + i) % t->n + 1;
    }
    return t->at = 0;
}

static size_t answer(struct table *t, const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
    struct message m;
    if (!take(in, n, &m))
        return 0;
    struct rd list = m.list, pair = ber_of(&list, BER_SEQUENCE), name = pair;
    ber_of(&pair, BER_OID);
    size_t name_len = (size_t)(pair.p - name.p), at = behind(t, name.p, name_len);
    size_t end = m.tag == BER_GET_BULK && m.repetitions > 0 ? at + (size_t)m.repetitions : at + 1, len = 0;
    while (at < t->n && end > at && len < 1300) /* packetsize 1500 */
        len += t->v[at++].len;
    struct bw w = bw_of(out, cap);
    if (!len) {
        bw_octets(&w, BER_END_OF_VIEW, NULL, 0);
        bw_bytes(&w, name.p, name_len);
        bw_wrap(&w, BER_SEQUENCE, 0);
    }
    for (size_t left = len; left;) {
        const struct row *row = &t->v[--at];
        bw_bytes(&w, row->pair, row->len);
        left -= row->len;
    }
    return make(&m, BER_RESPONSE, &w, out);
}

int main(int argc, char **argv)
{
    static uint8_t in[65536], out[65536];
    struct table t = {0};
    if (argc != 3)
        return 2;
    t.v = mem_array(ROWS_MAX, sizeof *t.v);
    int agent = port_of(argv[1], false), fd = port_of(argv[2], true);
    prepare(&t, agent);
    if (!t.n)
        return 1;
    for (;;) {
        struct sockaddr_in peer;
        socklen_t len = sizeof peer;
        ssize_t n = recvfrom(fd, in, sizeof in, 0, (struct sockaddr *)&peer, &len);
        size_t m = n > 0 ? answer(&t, in, (size_t)n, out, sizeof out) : 0;
        if (m && sendto(fd, out, m, 0, (struct sockaddr *)&peer, len) < 0)
            perror("sendto");
    }
}
