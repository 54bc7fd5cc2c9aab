/* AH over ESP in quick mode: two proposals of one number (RFC 2408 section 4.2), which are taken or refused together. Each
 * has its own SPI and its own transforms; any transform of the one may go with any of the other. They must agree in what
 * a pair has once: the group, extended sequence numbers, and the mode: where ESP is in transport mode AH is too; where
 * it is in tunnel mode AH may say either, since there is but one outer header, ESP's (ipsec/over.c). The smaller life
 * counts. UDP encapsulation carries ESP alone. A number that has anything else under it (IPCOMP, or one protocol twice)
 * is not acceptable. */
#include "dataplane/ike/propose.h"

bool p2_over_whole(const struct sa_body *body, unsigned esp)
{
    const struct sa_transform *first[2] = {NULL, NULL}; /* of AH, of ESP */

    for (unsigned i = 0; i < body->n; i++) {
        const struct sa_transform *t = &body->v[i];
        if (t->proposal != body->v[esp].proposal)
            continue;
        if ((t->protocol != IPROTO_AH && t->protocol != IPROTO_ESP) || t->spi_len != 4)
            return false;
        const struct sa_transform **f = &first[t->protocol == IPROTO_ESP];
        if (*f && memcmp((*f)->spi, t->spi, 4) != 0)
            return false;
        *f = t;
    }
    return first[0] && first[1];
}

bool p2_over_next(const struct sa_body *body, unsigned esp, unsigned *ah)
{
    while (*ah < body->n && (body->v[*ah].proposal != body->v[esp].proposal || body->v[*ah].protocol != IPROTO_AH))
        ++*ah;
    return *ah < body->n;
}

bool p2_over_read(const struct ike_sa *sa, const struct sa_body *body, unsigned esp, unsigned ah, struct p2_choice *out)
{
    struct p2_choice over;

    if (!p2_read(sa, &body->v[ah], &over) || !p2_read(sa, &body->v[esp], out))
        return false;
    if (over.group != out->group || over.udp || out->udp || over.transform.esn != out->transform.esn ||
        over.transform.key_bits || (out->transform.mode == IPSEC_TRANSPORT && over.transform.mode != IPSEC_TRANSPORT))
        return false;
    out->transform.over = over.transform.auth;
    out->over.spi = over.spi;
    out->over.transform_number = over.transform_number;
    out->over.place = (int)ah;
    out->life_s = p2_smaller_life(out->life_s, over.life_s);
    out->life_kb = p2_smaller_life(out->life_kb, over.life_kb);
    return true;
}
