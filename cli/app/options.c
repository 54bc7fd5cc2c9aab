/* options.c: the options of `espial run`, read and checked before anything is opened. Wrong use ends with status 2 and one line that says which word. */
#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "cli/app/run.h"
#include "espial/text.h"

static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "espial: %s: %s\n", what, word);
    return 2;
}

/* "Ethernet0/0=SPEC" */
static int take_link(struct run_link *list, size_t *n, char *word, const char *option)
{
    char *eq = strchr(word, '=');
    if (*n == RUN_LINKS_MAX)
        return wrong("too many of this option", option);
    if (!eq || !eq[1])
        return wrong("INTERFACE=... is wanted after this option", option);
    *eq = '\0';
    struct run_link *l = &list[*n];
    if (!ifname_parse(word, l->ifname) || !strstr(l->ifname, "Ethernet"))
        return wrong("not the name of an Ethernet interface", word);
    l->spec = eq + 1;
    ++*n;
    return 0;
}

/* Has it the shape of a link? Whether it can be had is seen when it is opened. */
static bool link_spec(const char *spec)
{
    if (str_starts(spec, "unix:"))
        return spec[5];
    if (str_starts(spec, "slirp:"))
        return true;
    if (str_starts(spec, "tap:"))
        return spec[4];
    if (str_starts(spec, "packet:"))
        return spec[7];
    const char *host = str_starts(spec, "udp:") ? strchr(spec + 4, ':') : NULL;
    return host && strchr(host + 1, ':');
}

/* "127.0.0.1:2022" */
static int take_port(struct run_port *ports, size_t *n, const char *option, const char *word)
{
    const char *colon = strrchr(word, ':');
    char host[64], text[64];
    uint64_t port;
    struct run_port *p = &ports[*n];
    if (*n == RUN_SSH_MAX)
        return wrong("too many of this option", option);
    snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - word) : 0, word);
    snprintf(text, sizeof text, "%s is ADDR:PORT, with an IPv4 address, not", option);
    if (!colon || !str_uint(colon + 1, 0, 65535, &port) ||
        !ip4_parse(!strcmp(host, "localhost") ? "127.0.0.1" : host, &p->addr))
        return wrong(text, word);
    p->port = (uint16_t)port;
    p->fd = -1;
    ++*n;
    return 0;
}

static int take_port_fd(struct run_port *ports, size_t *n, const char *option, const char *word)
{
    uint64_t fd;
    if (*n == RUN_SSH_MAX)
        return wrong("too many of this option", option);
    if (!str_uint(word, 3, 1023, &fd))
        return wrong("not a descriptor", word);
    ports[(*n)++].fd = (int)fd;
    return 0;
}

static bool loopback_spec(const char *spec)
{
    uint64_t ignored;
    char host[128];
    if (str_starts(spec, "unix:"))
        return true;
    if (!str_starts(spec, "udp:"))
        return false;
    const char *at = strchr(spec + 4, ':'), *end = at ? strrchr(at + 1, ':') : NULL;
    if (!end || !str_uint(end + 1, 0, 65535, &ignored) || (size_t)(end - at) > sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)(end - at - 1), at + 1);
    uint32_t addr;
    return !strcmp(host, "localhost") || (ip4_parse(host, &addr) && addr >> 24 == 127);
}

int run_options(int argc, char **argv, struct run_options *o)
{
    enum {
        CONFIG = 1,
        STATE,
        HOSTNAME,
        PLATFORM,
        LINK,
        CAPTURE,
        EXPORT,
        SCALE,
        SEED,
        STAY,
        CONTROL,
        READY,
        SSH,
        SSH_FD,
        SNMP,
        SNMP_FD
    };
    static const struct option names[] = {
        {"config", required_argument, NULL, CONFIG},
        {"state", required_argument, NULL, STATE},
        {"hostname", required_argument, NULL, HOSTNAME},
        {"platform", required_argument, NULL, PLATFORM},
        {"link", required_argument, NULL, LINK},
        {"capture", required_argument, NULL, CAPTURE},
        {"export-keys", required_argument, NULL, EXPORT},
        {"time-scale", required_argument, NULL, SCALE},
        {"seed", required_argument, NULL, SEED},
        {"stay", no_argument, NULL, STAY},
        {"control-fd", required_argument, NULL, CONTROL},
        {"ready-fd", required_argument, NULL, READY},
        {"ssh", required_argument, NULL, SSH},
        {"ssh-fd", required_argument, NULL, SSH_FD},
        {"snmp", required_argument, NULL, SNMP},
        {"snmp-fd", required_argument, NULL, SNMP_FD},
        {NULL, 0, NULL, 0},
    };
    memset(o, 0, sizeof *o);
    o->platform = "iosxe";
    o->time_scale = 1;
    o->control_fd = o->ready_fd = -1;
    optind = 1;
    opterr = 0;
    for (int c, status; (c = getopt_long(argc, argv, "+", names, NULL)) != -1;) {
        uint64_t n = 0;
        switch (c) {
        case CONFIG: o->config = optarg; break;
        case STATE: o->state = optarg; break;
        case HOSTNAME:
            if (!*optarg || strlen(optarg) > 63 ||
                strspn(optarg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != strlen(optarg))
                return wrong("not a hostname", optarg);
            o->hostname = optarg;
            break;
        case PLATFORM:
            if (strcmp(optarg, "iosxe") && strcmp(optarg, "ios"))
                return wrong("platform is iosxe or ios", optarg);
            o->platform = optarg;
            break;
        case LINK:
            if ((status = take_link(o->links, &o->nlinks, optarg, "--link")))
                return status;
            if (!link_spec(o->links[o->nlinks - 1].spec))
                return wrong("a link is unix:PATH, udp:LPORT:HOST:RPORT, slirp:, tap:NAME or packet:IFNAME, not",
                             o->links[o->nlinks - 1].spec);
            break;
        case CAPTURE:
            if ((status = take_link(o->captures, &o->ncaptures, optarg, "--capture")))
                return status;
            break;
        case EXPORT: o->export_keys = optarg; break;
        case SCALE:
            if (!str_uint(optarg, 1, 1000, &n))
                return wrong("--time-scale is a number from 1 to 1000", optarg);
            o->time_scale = (unsigned)n;
            break;
        case SEED:
            if (!str_uint(optarg, 0, UINT64_MAX, &o->seed))
                return wrong("--seed is a number", optarg);
            o->seeded = true;
            break;
        case SSH:
            if ((status = take_port(o->ssh, &o->nssh, "--ssh", optarg)))
                return status;
            break;
        case SSH_FD:
            if ((status = take_port_fd(o->ssh, &o->nssh, "--ssh-fd", optarg)))
                return status;
            break;
        case SNMP:
            if ((status = take_port(o->snmp, &o->nsnmp, "--snmp", optarg)))
                return status;
            break;
        case SNMP_FD:
            if ((status = take_port_fd(o->snmp, &o->nsnmp, "--snmp-fd", optarg)))
                return status;
            break;
        case STAY: o->stay = true; break;
        case CONTROL:
        case READY:
            if (!str_uint(optarg, 3, 1023, &n))
                return wrong("not a descriptor", optarg);
            *(c == CONTROL ? &o->control_fd : &o->ready_fd) = (int)n;
            break;
        default:
            return wrong("unknown option, or one without its value", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return wrong("unknown word", argv[optind]);
    for (size_t i = 0; o->seeded && i < o->nlinks; i++) {
        if (!loopback_spec(o->links[i].spec))
            return wrong(
                "with --seed keys can be guessed: only unix: links and udp: between loopback addresses go with it, not",
                o->links[i].spec);
    }
    return 0;
}
