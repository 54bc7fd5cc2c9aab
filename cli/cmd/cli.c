/* cli.c: one router's command line, put together: sessions, the settings that belong to no engine (hostname, lines,
 * logging), and the tables that write them.
 *
 * It lives with the commands because it owns what they change. The grammar is made by the root, from these tables and
 * those of the engines, and handed back: that is the one circle in the start of a router, closed before the first
 * session opens.
 */
#include "cli/cli.h"

#include "cli/cmd/cmd_local.h"
#include "cli/cmd/copy_run.h"
#include "cli/copy/transfer.h"
#include "cli/names/resolver.h"
#include "cli/shell/archive.h"
#include "cli/shell/reload.h"
#include "cli/shell/rollback.h"
#include "cli/shell/spell.h"
#include "cli/shell/store.h"

static const struct cmd_table *const tables[] = {
    &cli_table_mode,   &cli_table_config,    &cli_table_terminal, &cli_table_users,   &cli_table_file,
    &cli_table_dir,    &cli_table_more,      &cli_table_copy,     &cli_table_show,    &cli_table_logging,
    &cli_table_line,   &cli_table_debug,     &cli_table_process,  &cli_table_replace, &cli_table_archive,
    &cli_table_absent, &cli_table_lock,      &cli_table_version,  &cli_table_hosts,   &cli_table_tech,
    &cli_table_reload, &cli_table_alias,     &cli_table_range,    &cli_table_clock,   &cli_table_user,
    &cli_table_aaa,    &cli_table_privilege, &cli_table_banner,
};

const struct cmd_table *const *cli_tables(size_t *n)
{
    *n = sizeof tables / sizeof tables[0];
    return tables;
}

static const char *env_hostname(void *arg)
{
    return cli_hostname(arg);
}

static bool env_is_remote(void *arg, const char *url)
{
    struct url u;
    (void)arg;
    return url_is_remote(url) && url_parse(url, &u) && u.host[0] && u.path[0] && url_leaf(&u)[0];
}

struct sending {
    struct copy_send *copy;
    void (*done)(void *arg, const char *why);
    void *arg;
};

static void env_sent(void *arg, enum transfer_end e)
{
    struct sending *s = arg;
    void (*done)(void *, const char *) = s->done;
    void *done_arg = s->arg;
    mem_free(s);
    done(done_arg, e == TRANSFER_OK ? NULL : transfer_end_text(e));
}

static void *env_send(void *arg, const char *url, struct text *text, void (*done)(void *arg, const char *why),
                      void *done_arg)
{
    struct sending *s = NEW(struct sending);
    struct url u;
    (void)!url_parse(url, &u); /* env_is_remote has seen it */
    s->done = done;
    s->arg = done_arg;
    s->copy = copy_send(arg, &u, text, env_sent, s);
    return s;
}

static void env_send_cancel(void *sending)
{
    struct sending *s = sending;
    copy_send_cancel(s->copy);
    mem_free(s);
}

static void env_spoken(const char *url, char out[256])
{
    struct url u;
    char name[URL_TEXT_MAX];
    str_copy(out, 256, url_parse(url, &u) ? url_text(&u, name) : "");
}

static void env_line_settings(void *arg, bool vty, unsigned n, struct line_settings *out)
{
    struct cli *c = arg;
    line_conf_settings(&c->sys, vty, n, out);
}

static void env_startup_saved(void *arg)
{
    struct cli *c = arg;
    archive_startup_saved(c->archive);
    if (c->env.startup_saved)
        c->env.startup_saved(c->env.arg);
}

static void env_line(void *arg, bool vty, unsigned n, struct aaa_line *out)
{
    line_conf_aaa(&((struct cli *)arg)->sys, vty, n, out);
}

static bool env_permits(void *arg, const char *acl, uint32_t source)
{
    const struct cli_env *env = &((struct cli *)arg)->env;
    return !env->permits || env->permits(env->arg, acl, source);
}

static char *env_now(void *arg, char out[64])
{
    struct clock *clock = ((struct cli *)arg)->env.clock;
    return clock_text(clock, clock_wall(clock), false, out);
}

static const char *env_banner(void *arg, enum session_banner which)
{
    const char *text = ((struct cli *)arg)->banners[which];
    return text ? text : "";
}

static const char *env_domain(void *arg)
{
    return ((struct cli *)arg)->sys.domain_name;
}

static bool env_vty_admits(void *arg, unsigned n, enum session_protocol protocol, uint32_t source)
{
    return line_conf_admits(arg, n, protocol, source);
}

static const char *env_prompt(void *arg, bool *config)
{
    const struct cli *c = arg;
    *config = c->sys.prompt_config;
    return c->sys.prompt;
}

struct cli *cli_new(const struct cli_env *env)
{
    struct cli *c = NEW(struct cli);
    c->env = *env;
    c->born_us = loop_now(env->loop);
    c->born_wall_us = clock_wall(env->clock);
    sys_conf_start(&c->sys, env->hostname);
    clock_ask_start(&c->clock);
    c->resolver = resolver_new(env->loop, env->rnd, env->inet);
    c->copier = copier_new(env->loop, env->inet, env->children);
    logging_conf_start(&c->logging);
    logging_conf_apply(c);
    c->aaa = aaa_new(&(struct aaa_env){.loop = env->loop,
                                       .work = env->work,
                                       .rnd = env->rnd,
                                       .log = env->log,
                                       .line = env_line,
                                       .permits = env_permits,
                                       .now = env_now,
                                       .arg = c});
    c->shells = shells_new(&(struct shells_env){
        .loop = env->loop,
        .clock = env->clock,
        .bus = env->bus,
        .log = env->log,
        .files = env->files,
        .hostname = env_hostname,
        .prompt = env_prompt,
        .is_remote = env_is_remote,
        .send = env_send,
        .send_cancel = env_send_cancel,
        .name_wanted = hosts_wanted,
        .name_ask = hosts_ask,
        .name_cancel = hosts_cancel,
        .line_settings = env_line_settings,
        .alias = cli_alias,
        .gate = env->gate,
        .config_line = cli_config_line,
        .stamp = cli_stamp,
        .startup_saved = env_startup_saved,
        .aaa = c->aaa,
        .banner = env_banner,
        .domain = env_domain,
        .vty_admits = env_vty_admits,
        .config_version = env->iosxe ? "16.9" : "15.6",
        .arg = c,
    });
    c->archive = archive_new(&(struct archive_env){.shells = c->shells,
                                                   .loop = env->loop,
                                                   .clock = env->clock,
                                                   .files = env->files,
                                                   .log = env->log,
                                                   .hostname = env_hostname,
                                                   .is_remote = env_is_remote,
                                                   .send = env_send,
                                                   .send_cancel = env_send_cancel,
                                                   .spoken = env_spoken,
                                                   .arg = c});
    c->reload = reload_new(&(struct reload_env){.shells = c->shells,
                                                .loop = env->loop,
                                                .clock = env->clock,
                                                .log = env->log,
                                                .go = env->reload,
                                                .arg = env->arg});
    c->rollback = rollback_new(c->shells, env->loop, env->clock, env->log);
    return c;
}

void cli_free(struct cli *c)
{
    if (!c)
        return;
    rollback_free(c->rollback);
    shells_free(c->shells);
    archive_free(c->archive);
    copier_free(c->copier);
    resolver_free(c->resolver);
    aaa_free(c->aaa);
    for (size_t i = 0; i < BANNERS; i++)
        mem_free(c->banners[i]);
    mem_free(c->levels);
    reload_free(c->reload);
    sys_conf_end(&c->sys);
    logging_conf_end(&c->logging);
    mem_free(c);
}

void cli_set_grammar(struct cli *c, struct grammar *g)
{
    c->grammar = g;
    shells_set_grammar(c->shells, g);
}

struct shells *cli_shells(struct cli *c)
{
    return c->shells;
}

struct aaa *cli_aaa(struct cli *c)
{
    return c->aaa;
}

const char *cli_hostname(const struct cli *c)
{
    return c->sys.hostname;
}

bool cli_quiet_prompts(const struct cli *c)
{
    return c->sys.file_prompt == PROMPT_QUIET;
}

bool cli_spell(struct cli *c, const char *mode, const char *line, struct text *full)
{
    char name[SPELL_MODE_MAX];
    str_copy(name, sizeof name, mode);
    return session_spell(c->grammar, line, true, name, full);
}

const char *cli_domain(const struct cli *c)
{
    return c->sys.domain_name;
}

enum file_result cli_boot(struct cli *c, struct text *messages, size_t *refused)
{
    return store_boot(c->shells, messages, refused);
}
