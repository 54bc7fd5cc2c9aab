/* cmd_ntp.c: ntp ..., show ntp status, show ntp associations [detail], show ntp config.
 *
 * The layouts are those of IOS 15; every figure is the engine's (dataplane/svc/ntp.h). "nominal freq" is the calendar's own
 * count of microseconds, "actual freq" what NTP has found it to be. Numbers that outgrow their column give up decimals,
 * as there.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/svc/ntp.h"
#include "dataplane/svc/ntp_conf.h"
#include "espial/clock.h"

static void *ntp_global(void *self)
{
    return ntp_conf(dataplane_ntp(self));
}

static void conf_init(void *obj)
{
    ntp_conf_init(obj);
}

static void conf_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    ntp_conf_changed(dataplane_ntp(self));
}

static const struct cmd_scope ntp_scope = {
    .size = sizeof(struct ntp_conf), .init = conf_init, .global = ntp_global, .changed = conf_changed};

static void server_init(void *obj)
{
    ntp_server_conf_init(obj);
}

static bool server_check(void *self, const void *obj, struct out *out)
{
    const struct ntp_server_conf *s = obj;
    const struct ntp_conf *c = ntp_conf(dataplane_ntp(self));
    bool known = false;
    CONF_EACH(const struct ntp_server_conf, other, &c->servers)
    known |= other->addr == s->addr;
    if (s->minpoll > s->maxpoll)
        out_text(out, "% NTP: minpoll is greater than maxpoll\n");
    else if (!known && c->servers.n >= NTP_SERVERS_MAX)
        out_printf(out, "%% NTP: no more than %d servers\n", NTP_SERVERS_MAX);
    else
        return true;
    return false;
}

static const struct cmd_scope server_scope = {
    .size = sizeof(struct ntp_server_conf), .init = server_init, .check = server_check};

/* ---- shows ---- */

static const char *refid_text(uint32_t id, bool letters, char out[20])
{
    if (!letters || !id)
        return strcpy(out, IP4(id));
    size_t n = 0;
    out[n++] = '.';
    for (int shift = 24; shift >= 0; shift -= 8) {
        char c = (char)(id >> shift);
        if (c > ' ' && c < 0x7F)
            out[n++] = c;
    }
    out[n++] = '.';
    out[n] = '\0';
    return out;
}

/* "DFA02517.D2F7B9F6 (13:40:23.824 EST Wed Nov 21 2018)" */
static const char *stamp_text(const struct ntp *n, uint64_t stamp, char out[96])
{
    char when[64];
    snprintf(out, 96, "%08X.%08X (%s)", (unsigned)(stamp >> 32), (unsigned)stamp,
             clock_text(ntp_clock(n), ntp_to_wall(n, stamp), true, when));
    return out;
}

/* Three decimals, fewer when the number needs the room: at most six characters. */
static const char *narrow(double v, char out[16])
{
    for (int decimals = 3; decimals >= 0; decimals--)
        if (snprintf(out, 16, "%#.*f", decimals, decimals ? v : trunc(v)) <= 6)
            break;
    return out;
}

static enum cmd_result show_status(struct cmd_ctx *c)
{
    static const char *const names[] = {[NTP_NSET] = "'NSET' (Never set)",
                                        [NTP_SPIK] = "'SPIK' (Spike)",
                                        [NTP_CTRL] = "'CTRL' (Normal Controlled Loop)"};
    const struct ntp *n = dataplane_ntp(c->self);
    struct ntp_status s;
    char id[20], stamp[96];
    if (!ntp_running(n)) {
        out_text(c->out, "%NTP is not enabled.\n");
        return CMD_OK;
    }
    ntp_status(n, &s);
    if (s.synced)
        out_printf(c->out, "Clock is synchronized, stratum %u, reference is %-15s\n", s.stratum,
                   refid_text(s.refid, s.stratum <= 1, id));
    else
        out_text(c->out, "Clock is unsynchronized, stratum 16, no reference clock\n");
    out_printf(c->out, "nominal freq is 1000000.0000 Hz, actual freq is %.4f Hz, precision is 2**%d\n",
               1e6 * (1 - s.drift), -s.precision);
    out_printf(c->out, "ntp uptime is %llu (1/100 of seconds), resolution is 1\n", (unsigned long long)s.uptime);
    out_printf(c->out, "reference time is %s\n", stamp_text(n, s.reftime, stamp));
    out_printf(c->out, "clock offset is %.4f msec, root delay is %.2f msec\n", s.offset, s.root_delay);
    out_printf(c->out, "root dispersion is %.2f msec, peer dispersion is %.2f msec\n", s.root_disp, s.peer_disp);
    out_printf(c->out, "loopfilter state is %s, drift is %.9f s/s\n", names[s.state], s.drift == 0 ? 0.0 : s.drift);
    if (s.updated < 0)
        out_printf(c->out, "system poll interval is %u, never updated.\n", 1u << s.poll);
    else
        out_printf(c->out, "system poll interval is %u, last update was %lld sec ago.\n", 1u << s.poll,
                   (long long)s.updated);
    return CMD_OK;
}

static const char fates[] = {
    [NTP_REJECT] = ' ', [NTP_FALSETICK] = 'x', [NTP_OUTLYER] = '-', [NTP_CANDIDATE] = '+', [NTP_SYSPEER] = '*'};

static void detail(struct cmd_ctx *c, const struct ntp *n, const struct ntp_assoc_info *a)
{
    static const char *const states[] = {[NTP_REJECT] = "", [NTP_FALSETICK] = "", [NTP_OUTLYER] = "",
                                         [NTP_CANDIDATE] = "selected, ", [NTP_SYSPEER] = "our_master, "};
    char id[20], stamp[96];
    out_printf(c->out, "%s configured, ipv4, %s%s, %s, stratum %u\n", IP4(a->addr), states[a->fate],
               a->sane ? "sane" : "insane", a->valid ? "valid" : "invalid", a->stratum);
    out_printf(c->out, "ref ID %-15s, time %s\n", refid_text(a->refid, a->refid_text, id),
               stamp_text(n, a->reftime, stamp));
    out_printf(c->out, "our mode client, peer mode %s, our poll intvl %u, peer poll intvl %u\n",
               a->when < 0 ? "unspec" : "server", 1u << a->hpoll, a->when < 0 ? 0u : 1u << (a->ppoll & 31));
    out_printf(c->out, "root delay %.2f msec, root disp %.2f, reach %o, sync dist %.2f\n", a->root_delay, a->root_disp,
               a->reach, a->distance);
    out_printf(c->out, "delay %.2f msec, offset %.4f msec, dispersion %.2f, jitter %.2f msec\n", a->delay, a->offset,
               a->disp, a->jitter);
    out_printf(c->out, "precision 2**%d, version %u\n", -a->precision, a->version);
    out_printf(c->out, "assoc id %u, assoc name %s\n", a->id, IP4(a->addr));
    out_printf(c->out, "assoc in packets %llu, assoc out packets %llu, assoc error packets %llu\n",
               (unsigned long long)a->in, (unsigned long long)a->out, (unsigned long long)a->errors);
    out_printf(c->out, "org time %s\n", stamp_text(n, a->org, stamp));
    out_printf(c->out, "rec time %s\n", stamp_text(n, a->rec, stamp));
    out_printf(c->out, "xmt time %s\n", stamp_text(n, a->xmt, stamp));
    const struct {
        const char *name;
        const double *v;
    } rows[] = {{"filtdelay =", a->filt_delay}, {"filtoffset =", a->filt_offset}, {"filterror =", a->filt_disp}};
    for (int r = 0; r < 3; r++) {
        out_printf(c->out, "%-12s", rows[r].name);
        for (int i = 0; i < NTP_STAGES; i++)
            out_printf(c->out, " %7.2f", rows[r].v[i]);
        out_text(c->out, "\n");
    }
    out_printf(c->out, "minpoll = %u, maxpoll = %u\n\n", a->minpoll, a->maxpoll);
}

static enum cmd_result show_associations(struct cmd_ctx *c)
{
    const struct ntp *n = dataplane_ntp(c->self);
    struct ntp_assoc_info a;
    bool any = false;
    if (!ntp_running(n)) {
        out_text(c->out, "%NTP is not enabled.\n");
        return CMD_OK;
    }
    for (size_t cursor = 0; ntp_assoc_next(n, &cursor, &a); any = true) {
        char id[20], when[24] = "-", delay[16], offset[16], disp[16];
        if (cmd_has(c, "detail")) {
            detail(c, n, &a);
            continue;
        }
        if (!any)
            out_text(c->out, "\n  address         ref clock       st   when   poll reach  delay  offset   disp\n");
        if (a.when >= 0)
            snprintf(when, sizeof when, "%lld", (long long)a.when);
        out_printf(c->out, "%c~%-16s%-16s%2u%7s%7u%6o%7s%8s%7s\n", fates[a.fate], IP4(a.addr),
                   refid_text(a.refid, a.refid_text, id), a.stratum, when, 1u << a.hpoll, a.reach,
                   narrow(a.delay, delay), narrow(a.offset, offset), narrow(a.disp, disp));
    }
    if (any && !cmd_has(c, "detail"))
        out_text(c->out, " * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured\n");
    return CMD_OK;
}

static enum cmd_result show_config(struct cmd_ctx *c)
{
    const struct ntp_conf *f = ntp_conf(dataplane_ntp(c->self));
    if (f->logging)
        out_text(c->out, " ntp logging\n");
    if (f->source[0])
        out_printf(c->out, " ntp source %s\n", f->source);
    if (f->master && f->stratum != NTP_MASTER_STRATUM)
        out_printf(c->out, " ntp master %u\n", f->stratum);
    else if (f->master)
        out_text(c->out, " ntp master\n");
    CONF_EACH(const struct ntp_server_conf, s, &f->servers)
    {
        out_printf(c->out, " ntp server %s", IP4(s->addr));
        if (s->version != 4)
            out_printf(c->out, " version %u", s->version);
        if (s->source[0])
            out_printf(c->out, " source %s", s->source);
        if (s->minpoll != NTP_MIN_POLL)
            out_printf(c->out, " minpoll %u", s->minpoll);
        if (s->maxpoll != NTP_MAX_POLL)
            out_printf(c->out, " maxpoll %u", s->maxpoll);
        out_printf(c->out, "%s%s\n", s->prefer ? " prefer" : "", s->iburst ? " iburst" : "");
    }
    return CMD_OK;
}

#define S(f) NUM(struct ntp_server_conf, f)
static const struct cmd_row rows[] = {
    HELP(CONFIG, "ntp", "Configure NTP"),
    SET(CONFIG, &ntp_scope, "ntp logging=logging", "Enable NTP message logging", NUM(struct ntp_conf, logging)),
    SET(CONFIG, &ntp_scope, "ntp source <ifname:source>", "Configure interface for source address|Interface",
        TXT(struct ntp_conf, source)),
    SET(CONFIG, &ntp_scope, "ntp master=master [<stratum:1-15>]", "Act as NTP master clock|Stratum number",
        NUM(struct ntp_conf, master), NUM(struct ntp_conf, stratum)),
    LINE(CONFIG, &server_scope, &ntp_scope, struct ntp_conf, servers,
         "ntp server <ip:addr> &{[version <version:2-4>]|[source <ifname:source>]|[minpoll <minpoll:4-17>]|[maxpoll "
         "<maxpoll:4-17>]|[prefer=prefer]|[iburst=iburst]}",
         "Configure NTP server|IP address of peer|Configure NTP version|NTP version number|Interface for source "
         "address|Interface|Minimum poll interval|Poll value in Log2|Maximum poll interval|Poll value in Log2|Prefer "
         "this peer when possible|Send a burst when peer is unreachable",
         KEY_NUM(struct ntp_server_conf, addr), S(version), TXT(struct ntp_server_conf, source), S(minpoll), S(maxpoll),
         S(prefer), S(iburst)),
    HELP(EXEC, "show ntp", "Network time protocol"),
    DO(EXEC, 1, "show ntp status", show_status, "NTP status"),
    DO(EXEC, 1, "show ntp associations [detail=detail]", show_associations, "NTP associations|Show detail"),
    DO(EXEC, 1, "show ntp config", show_config, "NTP configuration"),
};
const struct cmd_table dp_table_ntp = CMD_TABLE("dataplane/cmd/cmd_ntp", rows);
