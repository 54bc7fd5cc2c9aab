/* cmd_fault.c: test crypto fault: the named defects switched on and off, and shown.
 *
 * An EXEC command, as IOS's `test` commands are: nothing of it is saved, a reload ends it. Each change is in the log,
 * and `show version` names what is on, so that nobody takes such a router for a sound one. The words are those of
 * dataplane/fault/fault.def; what each does stands there. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/fault/fault.h"
#include "espial/msg.h"

MSG(MSG_FAULT_ON, "CRYPTO", 4, "FAULT_ON", 0, "Injected fault %s is on: %s");
MSG(MSG_FAULT_OFF, "CRYPTO", 4, "FAULT_OFF", 0, "Injected fault %s is off");

static void set(struct cmd_ctx *c, enum fault_id id, const struct fault_conf *conf)
{
    struct faults *f = dataplane_faults(c->self);
    struct log *log = dataplane_env(c->self)->log;
    bool was = fault_conf(f, id)->on;
    fault_set(f, id, conf);
    if (conf->on)
        msg_post(log, &MSG_FAULT_ON, fault_row(id)->bug, fault_row(id)->text);
    else if (was)
        msg_post(log, &MSG_FAULT_OFF, fault_row(id)->bug);
}

/* The words of BUGS stand in the order of fault.def. */
static enum cmd_result do_fault(struct cmd_ctx *c)
{
    enum fault_id id = (enum fault_id)cmd_int(c, "bug");
    const struct fault_row *row = fault_row(id);
    struct fault_conf conf = {.on = !c->no, .percent = 100, .window_ms = row->window_ms};
    if (cmd_has(c, "window_ms")) {
        if (!row->window_ms) {
            out_printf(c->out, "%% %s has no window\n", row->bug);
            return CMD_FAIL;
        }
        conf.window_ms = (uint32_t)cmd_int(c, "window_ms");
    }
    if (cmd_has(c, "percent"))
        conf.percent = (uint8_t)cmd_int(c, "percent");
    conf.every = (uint32_t)cmd_int(c, "nth");
    conf.threshold = (uint32_t)cmd_int(c, "pairs");
    set(c, id, &conf);
    return CMD_OK;
}

static enum cmd_result do_no_faults(struct cmd_ctx *c)
{
    for (unsigned i = 0; i < FAULTS; i++)
        set(c, i, &(const struct fault_conf){0});
    return CMD_OK;
}

static enum cmd_result show_faults(struct cmd_ctx *c)
{
    const struct faults *f = dataplane_faults(c->self);
    out_printf(c->out, "%-12s%-7s%-9s%-7s%-12s%-11s%-11s%-11s%s\n", "Fault", "State", "Percent", "Every", "Above pairs",
               "Window(ms)", "Occasions", "Strikes", "Effect");
    for (unsigned i = 0; i < FAULTS; i++) {
        const struct fault_conf *conf = fault_conf(f, i);
        uint64_t occasions, strikes;
        fault_counts(f, i, &occasions, &strikes);
        out_printf(c->out, "%-12s%-7s%-9u%-7u%-12u%-11u%-11llu%-11llu%s\n", fault_row(i)->bug, conf->on ? "on" : "off",
                   (unsigned)conf->percent, conf->every, conf->threshold, conf->window_ms,
                   (unsigned long long)occasions, (unsigned long long)strikes, fault_row(i)->text);
    }
    return CMD_OK;
}

#define BUGS "{CSCsq59183|CSCsl68327|CSCtr14840|CSCty30063|CSCvn31824|CSCvd40554|CSCvp16730}=bug"
static const struct cmd_row rows[] = {
    HELP(EXEC, "test", "Test subsystems, memory, and interfaces"),
    HELP(EXEC, "test crypto", "Test crypto functions"),
    DO_NO(EXEC, 15,
          "test crypto fault " BUGS " [&{[probability <percent:1-100>]|[every <nth:1-1000>]|[window "
                                    "<window_ms:0-60000>]|[threshold <pairs:1-20000>]}]",
          do_fault,
          "Inject the behaviour of a known defect|"
          "Unknown SPIs in UDP-encapsulated ESP are not reported|"
          "A rekey removes the old SA before the other end has switched over|"
          "New SAs reach the data plane late|"
          "The responder sends with new SAs before quick mode has finished|"
          "Packets of an SA that is still being installed are called invalid|"
          "IKEv2 INVALID_SPI notifies with SPI size 0 are called invalid syntax|"
          "ESP with an SPI that begins with 0xFF is not found|"
          "Strike with this chance|Percent|Strike at every nth occasion|Occasions|"
          "The delay it causes|Milliseconds|Strike only while more pairs of SAs than this are installed|Pairs of SAs"),
    NO_ONLY(EXEC, 15, "test crypto fault", do_no_faults, ""),
    DO(EXEC, 15, "show crypto fault", show_faults, "Injected faults (test crypto fault)"),
};
const struct cmd_table dp_table_fault = CMD_TABLE("dataplane/cmd/cmd_fault", rows);
