/* IKE fragmentation (RFC 7383), out and in.
 *
 * Out: when both ends have said IKEV2_FRAGMENTATION_SUPPORTED, a protected message that would make a datagram longer
 * than `crypto ikev2 fragmentation mtu` is sealed piece by piece, if that makes two at least: each fragment is a message
 * of its own with the same message id, proved by itself. What is sent is kept as it was sent, so that repeats are the
 * same bytes.
 *
 * In: only proved fragments come here, so whoever fills our memory is the peer. Of one SA at most four messages are put
 * together at a time; the oldest gives way. A fragment with a greater total begins its message anew (section 2.6), one
 * with a smaller total, or a number that is there already, is dropped. A peer that is not authenticated yet gets 16 KB,
 * others what the longest message may have; a message that is not whole after 30 s is forgotten when the next comes. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

void v2_wire_add(struct v2_wire *t, const uint8_t *b, size_t len)
{
    t->b = mem_resize(t->b, t->len + 2 + len, 1);
    put16(t->b + t->len, (uint16_t)len);
    memcpy(t->b + t->len + 2, b, len);
    t->len += 2 + len;
    t->n++;
}

static bool seal(struct v2_sa *sa, const struct v2_hdr *h, const struct v2_wr *w, struct v2_wire *out)
{
    struct v2 *v2 = sa->v2;
    struct rnd *rnd = v2->ike->env.rnd;
    bool floated = sa->local_port == 4500;
    size_t around = 20 + 8 + (floated ? 4 : 0), mtu = v2->conf.frag_mtu ? v2->conf.frag_mtu : 576;
    uint8_t buf[V2_OUT_MAX];
    size_t len = v2_sk_seal(sa->seal, rnd, h, w->first, w->w.base, w->w.len, buf, sizeof buf);

    v2_trace_inner(sa, "Building packet for encryption.", w->first, w->w.base, w->w.len);
    if (!len)
        return false;
    size_t room = v2_sk_fragment_room(&sa->suite, mtu, floated), total = (w->w.len + room - 1) / room;
    if (!sa->frag || len + around <= mtu || total <= 1) { /* one piece would be longer than the whole */
        v2_wire_add(out, buf, len);
        return true;
    }
    if (total > UINT16_MAX)
        return false;
    for (size_t i = 0; i < total; i++) {
        size_t piece = w->w.len - i * room < room ? w->w.len - i * room : room;
        len = v2_sk_seal_fragment(sa->seal, rnd, h, w->first, (uint16_t)(i + 1), (uint16_t)total, w->w.base + i * room,
                                  piece, buf, sizeof buf);
        if (!len) {
            v2_wire_free(out);
            return false;
        }
        v2_wire_add(out, buf, len);
        v2->stats.fragments_out++;
    }
    return true;
}

bool v2_wire_seal(struct v2_sa *sa, const struct v2_hdr *h, const struct v2_wr *w, struct v2_wire *out)
{
    uint64_t since = v2_perf_since(sa->v2);
    bool ok = seal(sa, h, w, out);

    v2_perf_note(sa->v2, V2P_ENCRYPT, since);
    return ok;
}

static void forget(struct v2_reassembly *r)
{
    for (unsigned i = 0; i < V2_FRAGMENTS_MAX; i++) {
        if (r->part[i])
            mem_wipe(r->part[i], r->len[i]);
        mem_free(r->part[i]);
    }
    *r = (struct v2_reassembly){0};
}

void v2_frag_free(struct v2_sa *sa)
{
    for (unsigned i = 0; sa->parts && i < V2_REASSEMBLIES; i++)
        forget(&sa->parts[i]);
    mem_free(sa->parts);
    sa->parts = NULL;
}

static struct v2_reassembly *find(struct v2_sa *sa, uint32_t mid, bool response)
{
    struct v2_reassembly *r = NULL, *oldest = NULL;
    uint64_t now = v2_now(sa->v2);

    if (!sa->parts)
        sa->parts = mem_array(V2_REASSEMBLIES, sizeof *sa->parts);
    for (unsigned i = 0; i < V2_REASSEMBLIES; i++) {
        struct v2_reassembly *q = &sa->parts[i];
        if (q->used && q->mid == mid && q->response == response && now - q->since < V2_REASSEMBLY_US)
            r = q;
        if (!oldest || !q->used || (oldest->used && q->since < oldest->since))
            oldest = q;
    }
    if (r)
        return r;
    if (oldest->used)
        sa->v2->stats.fragments_dropped += oldest->have;
    forget(oldest);
    oldest->mid = mid;
    oldest->response = response;
    oldest->since = now;
    oldest->used = true;
    return oldest;
}

size_t v2_frag_take(struct v2_sa *sa, const struct v2_hdr *h, uint16_t number, uint16_t total, uint8_t first,
                    const uint8_t *plain, size_t len, uint8_t *out, size_t cap, uint8_t *first_out)
{
    size_t most = v2_sa_up(sa) || sa->initiator ? cap : V2_STRANGER_MAX, at = 0;
    struct v2_reassembly *r;

    if (number == 0 || number > total || total > V2_FRAGMENTS_MAX || !len) {
        sa->v2->stats.fragments_dropped++;
        return 0;
    }
    r = find(sa, h->mid, h->flags & V2_FLAG_RESPONSE);
    if (total > r->total && r->total) {
        uint64_t since = r->since;
        forget(r);
        *r = (struct v2_reassembly){.used = true, .mid = h->mid, .since = since};
        r->response = h->flags & V2_FLAG_RESPONSE;
    }
    if (!r->total)
        r->total = total;
    if (total < r->total || r->part[number - 1] || r->bytes + len > most || r->bytes + len > cap) {
        sa->v2->stats.fragments_dropped++;
        return 0;
    }
    r->part[number - 1] = mem_new(len);
    memcpy(r->part[number - 1], plain, len);
    r->len[number - 1] = (uint16_t)len;
    r->bytes += len;
    if (number == 1)
        r->first = first;
    if (++r->have < r->total)
        return 0;
    for (unsigned i = 0; i < r->total; i++) {
        memcpy(out + at, r->part[i], r->len[i]);
        at += r->len[i];
    }
    *first_out = r->first;
    forget(r);
    return at;
}
