/* slirp_guard.c: the words of a slirp link, and which frames pass between the router and libslirp.
 *
 * libslirp by itself would connect a guest to any address that this machine reaches. A lab's traffic stays on this
 * machine, so only two kinds of frames reach libslirp: ARP, and whole, well-formed IPv4 packets of ICMP, UDP or TCP to
 * the one address `host` (10.0.2.2), which libslirp takes for this machine's loopback. All else ends here as on a
 * network where nobody answers: other addresses, IPv6, tags, broadcasts. So do fragments: libslirp 4.7 puts pieces
 * together in a way that a hostile sender can crash, and no service here needs more than 1500 bytes.
 *
 * `map=69:6969` lets the router's port 69 of host be this machine's port 6969, in both directions and for UDP and TCP
 * alike: a service that needs no root, or one port for each lab. A port that is mapped to is not itself reachable
 * beside it: what comes from it is always said to come from the first.
 *
 * libslirp keeps UDP port 69 of host for a TFTP server of its own, which has no files here. A request to it that is not
 * mapped is addressed to 255.255.255.255 instead, which libslirp connects to the loopback as well, and the answers'
 * source (127.0.0.1 then) is put right. Checksums follow by RFC 1624. */
#include <stdio.h>
#include <string.h>

#include "dataplane/link/slirp_local.h"
#include "espial/buf.h"
#include "espial/ip.h"
#include "espial/text.h"

enum { ETH = 14, TYPE_IP4 = 0x0800, TYPE_ARP = 0x0806, ARP_LEN = 28, IP_HEAD = 20, PORT_TFTP = 69 };

#define LOOPBACK  0x7F000001u
#define BROADCAST 0xFFFFFFFFu

/* ---- the words ---- */

static bool bad(char err[LINK_ERROR_MAX], const char *why, const char *word)
{
    snprintf(err, LINK_ERROR_MAX, "slirp:%.100s: %s", word, why);
    return false;
}

static bool read_net(char *value, struct slirp_spec *s)
{
    char *slash = strchr(value, '/');
    uint64_t len;

    if (!slash)
        return false;
    *slash = 0;
    bool ok = ip4_parse(value, &s->net) && str_uint(slash + 1, 8, 29, &len) && !(s->net & ~ip4_mask((unsigned)len)) &&
              s->net >> 24 && s->net >> 24 != 127 && s->net >> 28 < 0xE;
    *slash = '/';
    if (ok)
        s->mask = ip4_mask((unsigned)len);
    return ok;
}

static bool read_map(char *value, struct slirp_spec *s)
{
    char *colon = strchr(value, ':');
    uint64_t asked, real;

    if (!colon || s->nmaps == SLIRP_MAPS_MAX)
        return false;
    *colon = 0;
    bool ok = str_uint(value, 1, 65535, &asked) && str_uint(colon + 1, 1, 65535, &real);
    *colon = ':';
    for (size_t i = 0; ok && i < s->nmaps; i++)
        ok = s->maps[i].asked != asked && s->maps[i].real != real;
    if (ok)
        s->maps[s->nmaps++] = (struct slirp_map){(uint16_t)asked, (uint16_t)real};
    return ok;
}

static bool read_word(char *word, struct slirp_spec *s, char err[LINK_ERROR_MAX])
{
    if (str_starts(word, "net="))
        return read_net(word + 4, s) || bad(err, "net=A.B.C.D/LEN is a network of 8 to 29 bits", word);
    if (str_starts(word, "host="))
        return ip4_parse(word + 5, &s->host) || bad(err, "host= is an address", word);
    if (str_starts(word, "map="))
        return read_map(word + 4, s) || bad(err, "map=PORT:PORT, each port once, at most 8", word);
    return bad(err, "unknown word; net=A.B.C.D/LEN, host=ADDRESS and map=PORT:PORT are known", word);
}

bool slirp_spec_read(const char *words, struct slirp_spec *s, char err[LINK_ERROR_MAX])
{
    char copy[LINK_ERROR_MAX];
    uint32_t spare;

    *s = (struct slirp_spec){.net = 0x0A000200, .mask = 0xFFFFFF00};
    if (!str_copy(copy, sizeof copy, words))
        return bad(err, "too long", words);
    for (char *word = copy, *next; *copy && word; word = next) {
        next = strchr(word, ',');
        if (next)
            *next++ = 0;
        if (!read_word(word, s, err))
            return false;
    }
    if (!s->host)
        s->host = s->net + 2;
    if ((s->host & s->mask) != s->net || s->host == s->net || s->host == (s->net | ~s->mask))
        return bad(err, "host is no address of the network", IP4(s->host));
    spare = (s->net | ~s->mask) - 1;
    for (size_t i = 0; i < 2; i++, spare--)
        s->spare[i] = spare == s->host ? --spare : spare;
    return true;
}

/* ---- frames ---- */

struct packet_view {
    uint8_t *ip, *l4; /* l4: of a first or only piece, else NULL */
    uint8_t proto;
    uint8_t *sum; /* of UDP or TCP; NULL where there is none */
};

static void put_port(const struct packet_view *v, size_t at, uint16_t port)
{
    uint16_t was = get16(v->l4 + at);

    put16(v->l4 + at, port);
    if (v->sum)
        ip_cksum_follow(v->sum, was, port);
}

static void put_addr(const struct packet_view *v, size_t at, uint32_t addr)
{
    for (size_t half = 0; half < 4; half += 2) {
        uint16_t was = get16(v->ip + at + half), is = (uint16_t)(half ? addr : addr >> 16);
        put16(v->ip + at + half, is);
        ip_cksum_follow(v->ip + 10, was, is);
        if (v->sum)
            ip_cksum_follow(v->sum, was, is);
    }
}

/* A whole IPv4 packet of a protocol that is let through? */
static bool view(uint8_t *frame, size_t len, struct packet_view *v)
{
    uint8_t *ip = frame + ETH;
    size_t head, total, rest;

    if (len < ETH + IP_HEAD || get16(frame + 12) != TYPE_IP4 || ip[0] >> 4 != 4)
        return false;
    head = (size_t)(ip[0] & 15) * 4;
    total = get16(ip + 2);
    if (head < IP_HEAD || total < head || total > len - ETH)
        return false;
    rest = total - head;
    uint16_t offset = get16(ip + 6);
    *v = (struct packet_view){.ip = ip, .proto = ip[9]};
    if (offset & 0x1FFF)
        return v->proto == PROTO_ICMP || v->proto == PROTO_UDP || v->proto == PROTO_TCP;
    v->l4 = ip + head;
    switch (v->proto) {
    case PROTO_ICMP: return rest >= 8;
    case PROTO_UDP:
        if (rest >= 8 && get16(v->l4 + 6))
            v->sum = v->l4 + 6;
        return rest >= 8;
    case PROTO_TCP: v->sum = v->l4 + 16; return rest >= 20;
    default: return false;
    }
}

enum slirp_verdict slirp_guard_out(const struct slirp_spec *s, uint8_t *frame, size_t len, uint32_t *flow)
{
    struct packet_view v;

    if (len >= ETH + ARP_LEN && len <= SLIRP_FRAME_MAX && get16(frame + 12) == TYPE_ARP)
        return SLIRP_ARP;
    if (len > SLIRP_FRAME_MAX || !view(frame, len, &v) || get32(v.ip + 16) != s->host)
        return SLIRP_DROP;
    if (get16(v.ip + 6) & 0x3FFF)
        return SLIRP_DROP;
    uint16_t sport = 0;
    if (v.proto != PROTO_ICMP) {
        uint16_t dport = get16(v.l4 + 2), to = dport;
        sport = get16(v.l4);
        for (size_t i = 0; i < s->nmaps; i++)
            to = s->maps[i].asked == dport ? s->maps[i].real : to;
        if (to != dport)
            put_port(&v, 2, to);
        if (to == PORT_TFTP && v.proto == PROTO_UDP)
            put_addr(&v, 16, BROADCAST);
    }
    *flow = (get32(v.ip + 12) ^ v.proto) * 0x9E3779B1u + sport * 0x85EBCA77u;
    return SLIRP_IP;
}

void slirp_guard_in(const struct slirp_spec *s, uint8_t *frame, size_t len)
{
    struct packet_view v;

    if (!view(frame, len, &v))
        return;
    if (get32(v.ip + 12) == LOOPBACK)
        put_addr(&v, 12, s->host);
    if (!v.l4 || v.proto == PROTO_ICMP)
        return;
    uint16_t sport = get16(v.l4), from = sport;
    for (size_t i = 0; i < s->nmaps; i++)
        from = s->maps[i].real == sport ? s->maps[i].asked : from;
    if (from != sport)
        put_port(&v, 0, from);
}
