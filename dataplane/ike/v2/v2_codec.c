/* IKEv2 messages as bytes, inwards: the header, the chain of payloads and the inside of the simple ones (RFC 7296
 * sections 3.1, 3.2, 3.4, 3.10, 3.11; 2.5 for critical bits; RFC 7383 for SKF).
 *
 * As in the codec of IKEv1 the shape of everything is checked before anything is interpreted: v2_header holds the
 * header against the datagram, v2_payloads walks a whole chain and keeps places only. What differs from ISAKMP: fields
 * called RESERVED are not looked at, unknown payloads are stepped over unless they are critical, and an encrypted
 * payload ends the chain, since its Next Payload field speaks of what is inside.
 *
 * Not here: SA payloads (v2_codec_sa.c), traffic selectors (v2_codec_ts.c), writing (v2_write.c), keys, states. */
#include "dataplane/ike/v2/v2_codec.h"

enum codec_result v2_header(const uint8_t *p, size_t len, struct v2_hdr *h)
{
    if (len < ISAKMP_HDR || len > V2_MSG_MAX)
        return CODEC_LENGTH;
    memcpy(h->ispi, p, 8);
    memcpy(h->rspi, p + 8, 8);
    h->next = p[16];
    h->version = p[17];
    h->exchange = p[18];
    h->flags = p[19];
    h->mid = get32(p + 20);
    h->length = get32(p + 24);
    if (h->version >> 4 != 2)
        return CODEC_VERSION;
    if (h->length != len)
        return CODEC_LENGTH;
    return CODEC_OK;
}

static bool known_type(uint8_t type)
{
    return (type >= V2_SA && type <= V2_EAP) || type == V2_SKF;
}

enum codec_result v2_payloads(uint8_t first, const uint8_t *p, size_t len, struct v2_payloads *out)
{
    struct rd r = rd_of(p, len);
    uint8_t type = first;

    out->n = 0;
    out->bad_critical = V2_NONE;
    while (type != V2_NONE) {
        uint8_t next = rd_u8(&r);
        bool critical = rd_u8(&r) & 0x80;
        uint16_t plen = rd_u16(&r);
        if (r.bad || plen < 4)
            return CODEC_PAYLOAD;
        const uint8_t *body = rd_bytes(&r, (size_t)plen - 4);
        if (!body)
            return CODEC_PAYLOAD;
        if (known_type(type)) {
            if (out->n == V2_PAYLOADS_MAX)
                return CODEC_TOO_MANY;
            out->v[out->n++] = (struct v2_payload){
                .type = type, .critical = critical, .body = body, .len = (uint16_t)(plen - 4), .next = next};
            if (type == V2_SK || type == V2_SKF)
                break;
        } else if (critical && !out->bad_critical) {
            out->bad_critical = type;
        }
        type = next;
    }
    return r.left ? CODEC_LENGTH : CODEC_OK;
}

unsigned v2_count(const struct v2_payloads *ps, uint8_t type)
{
    unsigned n = 0;

    for (unsigned i = 0; i < ps->n; i++)
        n += ps->v[i].type == type;
    return n;
}

const struct v2_payload *v2_nth(const struct v2_payloads *ps, uint8_t type, unsigned nth)
{
    for (unsigned i = 0; i < ps->n; i++)
        if (ps->v[i].type == type && nth-- == 0)
            return &ps->v[i];
    return NULL;
}

const struct v2_payload *v2_one(const struct v2_payloads *ps, uint8_t type)
{
    return v2_count(ps, type) == 1 ? v2_nth(ps, type, 0) : NULL;
}

static bool nonce_ok(const struct v2_payload *p)
{
    return p->len >= V2_NONCE_MIN && p->len <= V2_NONCE_MAX;
}

const struct v2_payload *v2_nonce(const struct v2_payloads *ps)
{
    const struct v2_payload *p = v2_one(ps, V2_NONCE);

    return p && nonce_ok(p) ? p : NULL;
}

enum codec_result v2_ke(const struct v2_payload *p, struct v2_ke_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->group = rd_u16(&r);
    rd_u16(&r);
    if (r.bad || !r.left)
        return CODEC_BODY;
    out->data = r.p;
    out->len = (uint16_t)r.left;
    return CODEC_OK;
}

enum codec_result v2_notify(const struct v2_payload *p, struct v2_notify_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->proto = rd_u8(&r);
    out->spi_len = rd_u8(&r);
    out->type = rd_u16(&r);
    out->spi = rd_bytes(&r, out->spi_len);
    if (r.bad)
        return CODEC_BODY;
    out->data = r.p;
    out->len = (uint16_t)r.left;
    return CODEC_OK;
}

bool v2_notify_find(const struct v2_payloads *ps, uint16_t type, struct v2_notify_body *out)
{
    for (unsigned i = 0; i < ps->n; i++)
        if (ps->v[i].type == V2_NOTIFY && v2_notify(&ps->v[i], out) == CODEC_OK && out->type == type)
            return true;
    return false;
}

bool v2_notify_error(const struct v2_payloads *ps, struct v2_notify_body *out)
{
    for (unsigned i = 0; i < ps->n; i++)
        if (ps->v[i].type == V2_NOTIFY && v2_notify(&ps->v[i], out) == CODEC_OK && out->type < V2N_INITIAL_CONTACT)
            return true;
    return false;
}

/* An IKE SA is named by the header: no SPIs. ESP and AH have SPIs of 4 bytes. */
enum codec_result v2_delete(const struct v2_payload *p, struct v2_delete_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->proto = rd_u8(&r);
    out->spi_len = rd_u8(&r);
    out->n = rd_u16(&r);
    if (r.bad)
        return CODEC_BODY;
    out->spis = r.p;
    if (out->proto == V2_PROTO_IKE)
        return out->spi_len || out->n || r.left ? CODEC_BODY : CODEC_OK;
    return out->spi_len != 4 || r.left != (size_t)out->n * 4 ? CODEC_BODY : CODEC_OK;
}

static enum codec_result body(const struct v2_payload *p)
{
    struct v2_sa_body sa;
    struct v2_ke_body ke;
    struct v2_notify_body notify;
    struct v2_delete_body delete;
    struct v2_ts_body ts;

    switch (p->type) {
    case V2_SA: return v2_sa(p, &sa) == CODEC_BODY ? CODEC_BODY : CODEC_OK;
    case V2_KE: return v2_ke(p, &ke);
    case V2_NONCE: return nonce_ok(p) ? CODEC_OK : CODEC_BODY;
    case V2_NOTIFY: return v2_notify(p, &notify);
    case V2_DELETE: return v2_delete(p, &delete);
    case V2_TSI:
    case V2_TSR: return v2_tsb(p, &ts);
    default: return CODEC_OK;
    }
}

enum codec_result v2_bodies(const struct v2_payloads *ps)
{
    for (unsigned i = 0; i < ps->n; i++)
        if (body(&ps->v[i]) != CODEC_OK)
            return CODEC_BODY;
    return CODEC_OK;
}

static const struct {
    uint16_t type;
    const char *name;
} notifies[] = {
    {V2N_UNSUPPORTED_CRITICAL_PAYLOAD, "UNSUPPORTED_CRITICAL_PAYLOAD"},
    {V2N_INVALID_IKE_SPI, "INVALID_IKE_SPI"},
    {V2N_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION"},
    {V2N_INVALID_SYNTAX, "INVALID_SYNTAX"},
    {V2N_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID"},
    {V2N_INVALID_SPI, "INVALID_SPI"},
    {V2N_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN"},
    {V2N_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD"},
    {V2N_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED"},
    {V2N_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED"},
    {V2N_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS"},
    {V2N_INTERNAL_ADDRESS_FAILURE, "INTERNAL_ADDRESS_FAILURE"},
    {V2N_FAILED_CP_REQUIRED, "FAILED_CP_REQUIRED"},
    {V2N_TS_UNACCEPTABLE, "TS_UNACCEPTABLE"},
    {V2N_INVALID_SELECTORS, "INVALID_SELECTORS"},
    {V2N_TEMPORARY_FAILURE, "TEMPORARY_FAILURE"},
    {V2N_CHILD_SA_NOT_FOUND, "CHILD_SA_NOT_FOUND"},
    {V2N_INITIAL_CONTACT, "INITIAL_CONTACT"},
    {V2N_SET_WINDOW_SIZE, "SET_WINDOW_SIZE"},
    {V2N_ADDITIONAL_TS_POSSIBLE, "ADDITIONAL_TS_POSSIBLE"},
    {V2N_IPCOMP_SUPPORTED, "IPCOMP_SUPPORTED"},
    {V2N_NAT_DETECTION_SOURCE_IP, "NAT_DETECTION_SOURCE_IP"},
    {V2N_NAT_DETECTION_DESTINATION_IP, "NAT_DETECTION_DESTINATION_IP"},
    {V2N_COOKIE, "COOKIE"},
    {V2N_USE_TRANSPORT_MODE, "USE_TRANSPORT_MODE"},
    {V2N_HTTP_CERT_LOOKUP_SUPPORTED, "HTTP_CERT_LOOKUP_SUPPORTED"},
    {V2N_REKEY_SA, "REKEY_SA"},
    {V2N_ESP_TFC_PADDING_NOT_SUPPORTED, "ESP_TFC_NO_SUPPORT"},
    {V2N_NON_FIRST_FRAGMENTS_ALSO, "NON_FIRST_FRAGS"},
    {V2N_MOBIKE_SUPPORTED, "MOBIKE_SUPPORTED"},
    {V2N_CHILDLESS_IKEV2_SUPPORTED, "CHILDLESS_IKEV2_SUPPORTED"},
    {V2N_IKEV2_FRAGMENTATION_SUPPORTED, "IKEV2_FRAGMENTATION_SUPPORTED"},
    {V2N_SIGNATURE_HASH_ALGORITHMS, "SIGNATURE_HASH_ALGORITHMS"},
    {V2N_USE_PPK, "USE_PPK"},
    {V2N_PPK_IDENTITY, "PPK_IDENTITY"},
    {V2N_NO_PPK_AUTH, "NO_PPK_AUTH"},
};

const char *v2_notify_name(uint16_t type)
{
    for (size_t i = 0; i < sizeof notifies / sizeof notifies[0]; i++)
        if (notifies[i].type == type)
            return notifies[i].name;
    return NULL;
}

const char *v2_notify_said(uint16_t type)
{
    const char *name = v2_notify_name(type);

    return name ? name : "an unknown error";
}

const char *v2_exchange_name(uint8_t type)
{
    static const char *const names[] = {"IKE_SA_INIT", "IKE_AUTH", "CREATE_CHILD_SA", "INFORMATIONAL"};

    return type >= V2_IKE_SA_INIT && type <= V2_INFORMATIONAL ? names[type - V2_IKE_SA_INIT] : NULL;
}
