/* cmd_version.c: what this router is: show version, inventory, platform; and what it is not: show cdp, show lldp.
 *
 * show version follows IOS's layout line by line, because programs read it (the train in the first line, "uptime is",
 * "image file is", "bytes of memory", "board ID"), and says in it that the software is espial, with its own version: no
 * build of Cisco's is claimed. The two platforms differ in the words by which programs tell IOS from IOS-XE. Bytes of
 * memory are the two pools of `show memory`, as on IOS; configuration memory is what a startup-config may fill.
 *
 * The inventory is one chassis; `raw` adds the ports that have a cable. There is nothing else to hold: fans, power supplies
 * and cards are absent, and commands about them too.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"

/* "1 day, 16 hours, 42 minutes" */
static void uptime_format(uint64_t seconds, struct text *out)
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = {{365 * 86400, "year"}, {7 * 86400, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}};
    const char *comma = "";
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        uint64_t n = seconds / units[i].seconds;
        seconds %= units[i].seconds;
        bool last = i + 1 == sizeof units / sizeof units[0];
        if (!n && !(last && !comma[0]))
            continue;
        text_printf(out, "%s%llu %s%s", comma, (unsigned long long)n, units[i].name, n == 1 ? "" : "s");
        comma = ", ";
    }
}

/* ---- show version ---- */

void cli_software(const struct cli *cli, struct text *t)
{
    const char *v = cli->env.version;
    text_printf(t, "Cisco IOS Software%s, espial Software (ESPIAL-M), Version %s, RELEASE SOFTWARE\n",
                cli->env.iosxe ? " [espial]" : "", v);
    text_printf(t,
                "espial %s is free software in the likeness of IOS. It is neither made nor\nendorsed by Cisco Systems "
                "and contains none of its software.\n"
                "Copyright (c) 2026-2026 by the authors of espial\n",
                v);
}

static void version_head(const struct cli *cli, struct text *t)
{
    if (cli->env.iosxe)
        text_printf(t, "Cisco IOS XE Software, Version %s\n", cli->env.version);
    cli_software(cli, t);
}

static const char *serial_of(const struct cli *cli, char out[HOSTNAME_LEN + 16])
{
    if (cli->env.serial)
        return cli->env.serial;
    snprintf(out, HOSTNAME_LEN + 16, "ESPIAL-%s", cli_hostname(cli));
    for (char *p = out; *p; p++)
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    return out;
}

static enum cmd_result show_version(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const struct cli_env *env = &cli->env;
    struct cli_memory memory;
    char restarted[64], serial[HOSTNAME_LEN + 16];
    struct text t = {0};
    version_head(cli, &t);
    text_printf(&t, "\nROM: espial%s\n\n", env->iosxe ? " IOS-XE ROMMON" : " bootstrap");
    text_printf(&t, "%s uptime is ", cli_hostname(cli));
    uptime_format((loop_now(env->loop) - cli->born_us) / US_PER_S, &t);
    text_printf(&t, "\nSystem returned to ROM by %s\n", env->returned ? env->returned : "power-on");
    text_printf(&t, "System restarted at %s\n", clock_text(env->clock, cli->born_wall_us, false, restarted));
    text_printf(&t, "System image file is \"bootflash:espial-%s\"\n", env->version);
    text_printf(&t, "Last reload reason: %s\n\n",
                env->returned && !strcmp(env->returned, "reload") ? "Reload Command" : "PowerOn");
    if (env->memory && env->memory(env->arg, &memory))
        text_printf(&t, "Cisco espial (revision %s) processor with %lluK/%lluK bytes of memory.\n", env->version,
                    (unsigned long long)((memory.processor.total - memory.io.total) / 1024),
                    (unsigned long long)(memory.io.total / 1024));
    else
        text_printf(&t, "Cisco espial (revision %s) processor\n", env->version);
    text_printf(&t, "Processor board ID %s\n", serial_of(cli, serial));
    if (env->version_lines)
        env->version_lines(env->arg, &t);
    text_printf(&t, "%lluK bytes of non-volatile configuration memory.\n",
                (unsigned long long)(config_room(cli) / 1024));
    text_add(&t, "\nConfiguration register is 0x2102\n\n");
    out_write(c->out, t.s, t.len);
    text_free(&t);
    return CMD_OK;
}

/* ---- show inventory ---- */

static void entity(struct cmd_ctx *c, const char *name, const char *descr, const char *pid, const char *vid,
                   const char *sn)
{
    out_printf(c->out, "NAME: \"%s\", DESCR: \"%s\"\nPID: %-18s, VID: %-5s, SN: %s\n\n", name, descr, pid, vid, sn);
}

static enum cmd_result show_inventory(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const struct cli_env *env = &cli->env;
    char serial[HOSTNAME_LEN + 16];
    const char *port;
    entity(c, "Chassis", "espial chassis", "ESPIAL", env->version, serial_of(cli, serial));
    if (cmd_has(c, "raw") && env->port)
        for (size_t i = 0; (port = env->port(env->arg, i)); i++)
            entity(c, port, port, "", "", "");
    return CMD_OK;
}

/* ---- show platform ---- */

static enum cmd_result show_platform(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    char since[16];
    span_format((loop_now(cli->env.loop) - cli->born_us) / US_PER_S, since);
    out_printf(c->out,
               "Chassis type: %-20s\n\n"
               "Slot      Type                State                 Insert time (ago) \n"
               "--------- ------------------- --------------------- ----------------- \n"
               "R0        %-20s%-22s%-18s\n\n",
               "ESPIAL", "ESPIAL", "ok, active", since);
    out_printf(c->out,
               "Slot      CPLD Version        Firmware Version                        \n"
               "--------- ------------------- --------------------------------------- \n"
               "R0        %-20s%-40s\n\n",
               "N/A", cli->env.version);
    return CMD_OK;
}

/* ---- show boot ---- */

static enum cmd_result show_boot(struct cmd_ctx *c)
{
    const struct sys_conf *s = &((struct cli *)c->self)->sys;
    out_text(c->out, s->boots.n ? "BOOT variable = " : "BOOT variable does not exist");
    CONF_EACH(struct boot_conf, b, &s->boots)
    out_printf(c->out, "%s,1;", b->image);
    out_text(c->out, "\nCONFIG_FILE variable does not exist\n"
                     "BOOTLDR variable does not exist\n"
                     "Configuration register is 0x2102\n");
    return CMD_OK;
}

/* ---- what is not there ---- */

static enum cmd_result no_cdp(struct cmd_ctx *c)
{
    out_text(c->out, "% CDP is not enabled\n");
    return CMD_FAIL;
}

static enum cmd_result no_lldp(struct cmd_ctx *c)
{
    out_text(c->out, "% LLDP is not enabled\n");
    return CMD_FAIL;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show version", show_version, "System hardware and software status"),
    DO(EXEC, 1, "show inventory [raw=raw]", show_inventory,
       "Show the physical inventory|Every entity in the container hierarchy"),
    HELP(EXEC, "show platform", "Show platform information"),
    DO(EXEC, 1, "show platform", show_platform, ""),
    DO(EXEC, 1, "show boot", show_boot, "Show boot related information"),
    DO(EXEC, 1, "show bootvar", show_boot, "Boot and related environment variable"),
    DO(EXEC, 1, "show cdp [neighbors [detail]]", no_cdp,
       "CDP information|CDP neighbor entries|Show detailed information"),
    DO(EXEC, 1, "show lldp [neighbors [detail]|interface [<ifname>]|traffic]", no_lldp,
       "LLDP information|LLDP neighbor entries|Show detailed information|LLDP interface status and configuration|"
       "Interface|LLDP statistics"),
};
const struct cmd_table cli_table_version = CMD_TABLE("cli/cmd/cmd_version", rows);
