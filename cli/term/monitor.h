/* monitor.h: log lines on terminals. */
#ifndef CLI_TERM_MONITOR_H
#define CLI_TERM_MONITOR_H

struct bus;
struct log;
struct monitor;
struct shells;

/* From now on every FACT_SYSLOG goes to the console (level of `logging console`) and to vtys with `terminal monitor` (level of `logging monitor`). */
struct monitor *monitor_new(struct bus *bus, struct log *log, struct shells *shells);
void monitor_free(struct monitor *m); /* NULL-safe */
#endif
