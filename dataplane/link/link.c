/* link.c: a link by its word: "unix:PATH", "udp:LPORT:HOST:RPORT" (HOST may be an IPv6 address in brackets),
 * "slirp:[WORDS]", "tap:NAME", "packet:IFNAME". */
#include "dataplane/link/link.h"

#include <stdio.h>
#include <string.h>

#include "espial/text.h"

static bool port_of(const char *s, uint16_t *port)
{
    uint64_t n;

    if (!str_uint(s, 1, 65535, &n))
        return false;
    *port = (uint16_t)n;
    return true;
}

static struct link *open_udp(struct loop *loop, const char *rest, char err[LINK_ERROR_MAX])
{
    char copy[LINK_ERROR_MAX];
    char *host, *last;
    uint16_t lport, rport;

    if (str_copy(copy, sizeof copy, rest) && (host = strchr(copy, ':')) && (last = strrchr(copy, ':')) != host) {
        *host++ = 0;
        *last++ = 0;
        size_t n = strlen(host);
        if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
            host[n - 1] = 0;
            host++;
        }
        if (*host && port_of(copy, &lport) && port_of(last, &rport))
            return link_udp_new(loop, lport, host, rport, err);
    }
    snprintf(err, LINK_ERROR_MAX, "udp:%.150s: want udp:LPORT:HOST:RPORT", rest);
    return NULL;
}

bool link_privileged(const char *spec)
{
    return str_starts(spec, "tap:") || str_starts(spec, "packet:");
}

struct link *link_open(struct loop *loop, const char *spec, char err[LINK_ERROR_MAX])
{
    if (str_starts(spec, "unix:"))
        return link_unix_new(loop, spec + 5, err);
    if (str_starts(spec, "udp:"))
        return open_udp(loop, spec + 4, err);
    if (str_starts(spec, "slirp:"))
        return link_slirp_new(loop, spec + 6, err);
    if (str_starts(spec, "tap:"))
        return link_device_new(loop, true, spec + 4, err);
    if (str_starts(spec, "packet:"))
        return link_device_new(loop, false, spec + 7, err);
    snprintf(err, LINK_ERROR_MAX,
             "%.100s: unknown kind of link; unix:PATH, udp:LPORT:HOST:RPORT, slirp:, tap:NAME and packet:IFNAME are "
             "known",
             spec);
    return NULL;
}
