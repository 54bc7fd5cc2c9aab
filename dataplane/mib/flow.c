/* flow.c: the codes of CISCO-IPSEC-FLOW-MONITOR-MIB. Its enumerations end with Diffie-Hellman group 2, 3DES and SHA-1; whatever came later is none(1) here. */
#include "dataplane/mib/flow.h"

#include "dataplane/ipsec/flowmib.h"

unsigned flow_group_code(unsigned group)
{
    return group == 1 ? 2 : group == 2 ? 3 : FLOW_NONE;
}

unsigned flow_cipher_code(enum cipher_alg a)
{
    return a == CIPHER_DES_CBC ? 2 : a == CIPHER_3DES_CBC ? 3 : FLOW_NONE;
}

unsigned flow_hash_code(enum hash_alg a)
{
    return a == HASH_MD5 ? 2 : a == HASH_SHA1 ? 3 : FLOW_NONE;
}

int32_t flow_interval(uint64_t from, uint64_t to)
{
    uint64_t ticks = to > from ? (to - from) / 10000 : 0;
    return ticks > INT32_MAX ? INT32_MAX : (int32_t)ticks;
}

enum mib_set flow_set_size(struct flowmib_conf *c, bool failures, int64_t n, bool commit)
{
    if (n < FLOWMIB_HISTORY_MIN || n > FLOWMIB_HISTORY_MAX)
        return MIB_SET_WRONG_VALUE;
    if (commit)
        *(failures ? &c->failures : &c->tunnels) = (uint16_t)n;
    return MIB_SET_OK;
}
