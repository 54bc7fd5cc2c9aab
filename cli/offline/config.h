/* config.h: a configuration as people keep it, read into a desk: which of its lines are the event manager's. */
#ifndef CLI_OFFLINE_CONFIG_H
#define CLI_OFFLINE_CONFIG_H

#include "cli/offline/desk.h"

enum config_kind {
    CONFIG_LINE_OTHER,   /* not the event manager's: skipped, and remembered */
    CONFIG_LINE_COMMENT, /* and empty ones */
    CONFIG_LINE_EEM,     /* taken */
    CONFIG_LINE_REFUSED, /* the event manager's, and wrong */
};
struct config_line {
    unsigned number; /* from 1 */
    enum config_kind kind;
    char *text;                /* without blanks at its ends, nor a prompt pasted with it */
    char *said;                /* REFUSED: why; else a warning; NULL: nothing */
    char applet[EEM_NAME_MAX]; /* within an applet, its own line included; "" elsewhere */
    bool head;                 /* event manager applet NAME */
    bool unquoted;             /* a quote that nothing ends */
    char label[32];            /* of an action; "" for others */
    bool event;                /* `event ...` of an applet */
    char tag[32];              /* of an event */
    bool replaced;             /* a later line took its place (the same label, the same tag) */
};
struct config {
    char *path;
    struct config_line *lines;
    size_t n;
    size_t refused;
};
#define CONFIG_BYTES_MAX (32u << 20)
/* Type it line by line. False: it cannot be read; why is on stderr. */
bool config_load(struct config *c, struct desk *d, const char *path);
/* The same of a text, whose name is path. */
void offline_config_read(struct config *c, struct desk *d, const char *path, const char *text, size_t len);
void config_free(struct config *c);
/* The line of an action (label), of an event (tag, label NULL) or of the applet's head (both NULL); NULL: none. */
const struct config_line *config_find(const struct config *c, const char *applet, const char *label, const char *tag);
/* Why bytes that a file begins with are no text of lines (compressed, UTF-16), in one sentence; NULL: they may be. */
const char *offline_not_text(const char *s, size_t n);
/* Text files: whole, bounded, without a byte order mark; NULL with why on stderr. */
char *offline_read(const char *path, size_t *len);
#endif
