/* cmd_local.h: what the files of cli/cmd share: the running cli, and what was asked of it. */
#ifndef CLI_CMD_CMD_LOCAL_H
#define CLI_CMD_CMD_LOCAL_H

#include "cli/aaa/aaa.h"
#include "cli/cli.h"
#include "cli/cmd/cmd.h"
#include "cli/cmd/waiting.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/session.h"
#include "espial/clock.h"
#include "espial/conf.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/secret.h"

#define HOSTNAME_LEN 63

/* What was asked of the system (cmd_config.c). */
struct sys_conf {
    char hostname[HOSTNAME_LEN + 1]; /* "": Router */
    char prompt[64];    /* of EXEC; "": the hostname and > or # */
    bool prompt_config; /* configuration modes have one */
    bool domain_lookup;
    uint16_t domain_timeout; /* s, of one question; 0: as 1 */
    uint8_t domain_retry;    /* how often a server is asked; 0: as 1 */
    char domain_name[128];
    bool password_encryption;
    uint8_t file_prompt; /* enum file_prompt */
    char tftp_source[IFNAME_MAX];
    uint16_t tftp_block;
    char ftp_user[64];
    uint8_t ftp_password_type; /* 0 or 7 */
    char ftp_password[SECRET_STORED_MAX + 1];
    uint8_t exclusive;    /* configuration mode: enum exclusive */
    uint16_t exclusive_s; /* seconds after which an idle lock is lost */
    /* What this router has not, and an IOS has unless it is told not to: false says that it was (cmd_absent.c). */
    bool pad, http_server, http_secure, source_route, bootp_server, cdp, gratuitous_arps;
    struct conf_list control_planes, redundancies; /* none or one of each, empty */
    struct conf_list lines;        /* struct line_conf */
    struct conf_list boots;        /* struct boot_conf */
    struct conf_list archives;     /* struct archive_conf: none or one (cmd_archive.c) */
    struct conf_list aliases;      /* struct alias_conf (cmd_alias.c) */
    struct conf_list hosts;        /* struct host_conf */
    struct conf_list name_servers; /* struct name_server_conf */
    struct conf_list domains;      /* struct domain_conf: instead of domain_name, for names that have none */
};
enum exclusive { EXCLUSIVE_NO, EXCLUSIVE_AUTO, EXCLUSIVE_MANUAL };
/* ip host, ip name-server (cmd_hosts.c) */
#define HOST_ADDRS 8
struct host_conf {
    char name[64];
    char addrs[HOST_ADDRS][IP4_STRLEN];
};
#define DOMAIN_MAX 128
struct domain_conf {
    char name[DOMAIN_MAX];
};
struct name_server_conf {
    uint32_t addr;
};
/* One `boot system ...`. */
struct boot_conf {
    char image[128];
};
enum file_prompt { PROMPT_ALERT, PROMPT_NOISY, PROMPT_QUIET };

enum line_kind { LINE_NONE, LINE_CON, LINE_AUX, LINE_VTY };
/* One `line ...` (cmd_line.c). */
struct line_conf {
    uint8_t kind;        /* enum line_kind */
    uint8_t first, last; /* last 0: only the first */
    uint32_t exec_min, exec_sec;
    bool logging_sync;
    uint8_t sync_level; /* severities that are drawn around: from this on; 8: all */
    uint16_t length, width, history;
    bool editing, stamps;
    uint8_t escape; /* 0: none */
    uint8_t login; /* enum aaa_line_login: 0 no login, 1 login, 2 login local */
    uint8_t privilege;
    uint8_t password_type;
    char password[SECRET_STORED_MAX + 1];
    char authentication[AAA_LIST_MAX + 1], authorization_exec[AAA_LIST_MAX + 1]; /* lists of methods */
    uint16_t absolute_timeout;                                                   /* minutes */
    uint8_t transport_in, transport_out, transport_pref;
    uint8_t stopbits;
    uint16_t session_timeout;
    char acl_in[64], acl_out[64];
    struct conf_list rights; /* struct line_right_conf */
};
/* `authorization commands LEVEL LIST` of a line. */
struct line_right_conf {
    uint8_t level;
    char list[AAA_LIST_MAX + 1];
};

/* What was asked of the log (cmd_logging.c); written to struct log_conf when it changes. */
struct syslog_host_conf {
    uint32_t addr;
    uint16_t port; /* 0: the transport's own */
    bool tcp;
    char md[LOG_MD_NAME];
};
struct discriminator_conf {
    char name[LOG_MD_NAME];
    uint8_t severity_action, facility_action, mnemonics_action, body_action; /* enum log_md_action */
    char severity[24];                                                       /* "1,2,5" */
    char facility[64], mnemonics[64], body[128];
    uint32_t rate;
};
struct logging_conf {
    bool on, sequence, counter, count, userinfo;
    uint8_t origin; /* enum log_origin */
    char origin_text[64];
    uint32_t rate;
    bool rate_console, rate_all;
    uint8_t rate_except; /* RATE_EXCEPT_NONE */
    char console_md[LOG_MD_NAME], monitor_md[LOG_MD_NAME], buffered_md[LOG_MD_NAME];
    struct conf_list mds; /* struct discriminator_conf */
    bool console_on, monitor_on, buffered_on, trap_on;
    uint8_t console, monitor, buffered, trap;
    uint32_t buffer_size;
    uint8_t facility;
    char source_if[IFNAME_MAX];
    struct stamp_conf stamp_log, stamp_debug;
    struct conf_list hosts; /* struct syslog_host_conf */
};

/* What was asked of the calendar (cmd_clock.c); brought to struct clock_conf when it changes. */
struct clock_ask {
    char zone[8]; /* "": UTC */
    int8_t hours;
    uint8_t minutes; /* 60: not said */
    char summer[8];  /* "": none */
    uint8_t kind;    /* 1 recurring, 2 date */
    struct summer_ask {
        uint16_t year, time; /* time: minutes of the day */
        uint8_t mday, week, day, month;
    } begins, ends;
    uint16_t offset; /* minutes */
};

struct cli {
    struct cli_env env;
    struct shells *shells;
    struct grammar *grammar;
    struct copier *copier;
    struct resolver *resolver;
    struct aaa *aaa;
    char *banners[BANNERS];       /* as typed; NULL: none (cmd_banner.c) */
    struct grammar_level *levels; /* `privilege exec level ...` (cmd_privilege.c) */
    size_t nlevels;
    struct sys_conf sys;
    struct logging_conf logging;
    struct clock_ask clock;
    struct archive *archive;
    struct rollback *rollback;
    struct reload *reload;
    uint64_t born_us; /* loop time */
    int64_t born_wall_us;
};

extern const struct cmd_scope sys_scope, logging_scope;
void absent_conf_start(struct sys_conf *c);
void absent_conf_end(struct sys_conf *c);
void sys_conf_start(struct sys_conf *c, const char *hostname);
void hosts_conf_start(struct sys_conf *c);
void hosts_conf_end(struct sys_conf *c);
/* What the shell asks of names (struct shells_env); arg: the cli. */
bool hosts_wanted(void *arg, const char *name);
void *hosts_ask(void *arg, const char *name, void (*tried)(void *done_arg, uint32_t server),
                void (*done)(void *done_arg, bool found), void *done_arg);
void hosts_cancel(void *asking);
void sys_conf_end(struct sys_conf *c);
void line_conf_add_defaults(struct conf_list *lines);
/* The console and the first vtys are there whatever is configured: `no line vty 0 4` takes away their settings alone. */
void line_conf_complete(struct conf_list *lines);
/* What a session on this line begins with; *out is left alone when no line says otherwise. */
void line_conf_settings(const struct sys_conf *c, bool vty, unsigned n, struct line_settings *out);
/* What the line says of logins, for aaa; may a connection take this vty (cmd_line.c)? */
void line_conf_aaa(const struct sys_conf *c, bool vty, unsigned n, struct aaa_line *out);
bool line_conf_admits(struct cli *c, unsigned n, enum session_protocol protocol, uint32_t source);
/* `service password-encryption`: type 0 becomes type 7, everywhere. */
void cover_passwords(struct cli *c);
void line_conf_cover(struct cli *c);
/* Of a session, as aaa asks for it (cmd_user.c). */
struct aaa_door session_door(const struct session_view *v);
/* A password or secret as typed behind its type (-1: none), as it is kept. False: refused, and said. */
MUST_USE bool secret_typed(struct cmd_ctx *c, bool is_secret, int type, const char *text, uint8_t *type_out,
                           char out[SECRET_STORED_MAX + 1]);
void clock_ask_start(struct clock_ask *c);
/* The `line ...` that a line's settings come from; NULL: none. */
const struct line_conf *line_conf_of(const struct sys_conf *c, bool vty, unsigned n);
/* One line as `show terminal` and `show line N` tell it: its session (sh), or what one would begin with. */
void line_show(struct cli *c, struct out *out, bool vty, unsigned n, const struct shell *sh);
void logging_conf_start(struct logging_conf *c);
void logging_conf_end(struct logging_conf *c);
void logging_conf_apply(struct cli *c);

/* The user of a session as messages name it: "console", "admin on vty0 (192.0.2.1)". */
const char *session_by(const struct session_view *v);

/* "%Error opening disk0:/x (No such file or directory)". Returns CMD_FAIL. */
enum cmd_result file_error(struct cmd_ctx *c, const char *what, const char *path, enum file_result r);
/* Begin a trial: a copy to the archive, and a timer. False when it was said why not. */
bool config_trial(struct cmd_ctx *c, unsigned minutes, bool idle);
void archive_conf_list_init(struct conf_list *l);
void alias_conf_list_init(struct conf_list *l);
bool cli_alias(void *arg, enum cmd_mode mode, size_t i, struct alias *out); /* alias_nth_fn */
/* A configuration line was taken (struct shells_env). */
void cli_stamp(void *arg, struct out *out); /* the load and the time (exec prompt timestamp); arg: struct cli */
void cli_config_line(void *arg, const struct session_view *v, unsigned session, bool sub, const char *line);
/* A name as typed, whole and canonical. False: told what is wrong with it. */
bool file_name(struct cmd_ctx *c, const char *what, const char *typed, char out[256]);
/* Does a name fit a pattern with `*`? */
bool file_fits(const char *pattern, const char *name);
/* "disk0:/a/b" -> "a/b": what IOS puts between the brackets of a question. */
const char *file_bare(const char *path);
/* "disk0:/a" and "b" -> "disk0:/a/b". */
void file_below(const char *folder, const char *name, char out[256]);
/* Do these bytes of a file look like anything but text? */
bool file_is_binary(const char *data, size_t len);
/* Bytes that a startup-config may have. */
uint64_t config_room(const struct cli *c);
/* Building configuration... [OK]; the text is written to path. */
enum cmd_result save_config(struct cmd_ctx *c, const char *path);
#endif
