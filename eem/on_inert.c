/* on_inert.c: events that nothing in this router raises, since it has neither the hardware nor the feature: what was asked
 * is kept and printed, and one line of the log says so when the applet is registered. An applet that has another event
 * beside it works by that one. */
#include "eem/eem_local.h"

#define INERT(id, kind, words) const struct detector detector_##id = {.type = kind, .name = words, .inert = true}

INERT(env, EEM_ENV, "env");
INERT(gold, EEM_GOLD, "gold");
INERT(identity, EEM_IDENTITY, "identity");
INERT(ioswd, EEM_IOSWD, "ioswdsysmon");
INERT(mat, EEM_MAT, "mat");
INERT(nf, EEM_NF, "nf");
INERT(oir, EEM_OIR, "oir");
INERT(rf, EEM_RF, "rf");
INERT(rpc, EEM_RPC, "rpc");
