/* lint_messages.c: patterns of `event syslog` that come near a well-known message and never fit it: another severity or another
 * system's mnemonic in its name, a capital where it has none, brackets that are a group. The tables are of IOS at large. */
#include <ctype.h>
#include <string.h>

#include "eem/lint_local.h"

static const struct name {
    const char *facility, *mnemonic;
    char severity;
} names[] = {
    {"LINK", "UPDOWN", '3'},
    {"LINK", "CHANGED", '5'},
    {"LINEPROTO", "UPDOWN", '5'},
    {"SYS", "CONFIG_I", '5'},
    {"SYS", "RESTART", '5'},
    {"SYS", "RELOAD", '5'},
    {"OSPF", "ADJCHG", '5'},
    {"BGP", "ADJCHANGE", '5'},
    {"BGP", "NOTIFICATION", '3'},
    {"DUAL", "NBRCHANGE", '5'},
    {"TRACKING", "STATE", '5'},
    {"TRACK", "STATE", '6'},
    {"HSRP", "STATECHANGE", '5'},
    {"STANDBY", "STATECHANGE", '6'},
    {"SEC_LOGIN", "LOGIN_FAILED", '4'},
    {"SEC_LOGIN", "LOGIN_SUCCESS", '5'},
    {"SEC", "IPACCESSLOGP", '6'},
    {"PM", "ERR_DISABLE", '4'},
    {"DHCP", "ADDRESS_ASSIGN", '6'},
};

/* What messages say, where the pattern has `with` (NULL: anywhere). */
static const struct phrase {
    const char *with, *text;
} phrases[] = {
    {"LINEPROTO-", "Line protocol on Interface"},
    {"LIN", "changed state to down"},
    {"LIN", "changed state to up"},
    {"LIN", "changed state to administratively down"},
    {"SYS-5-CONFIG_I", "Configured from"},
    {"SYS-5-RESTART", "System restarted"},
    {"BGP-5-ADJCHANGE", " Down"},
    {"BGP-5-ADJCHANGE", " Up"},
    {NULL, "changed state to down"},
    {NULL, "changed state to up"},
};

static bool name_sign(char c)
{
    return isupper((unsigned char)c) || isdigit((unsigned char)c) || c == '_';
}

static bool same(const char *s, size_t n, const char *name)
{
    return n == strlen(name) && !strncmp(s, name, n);
}

/* "OSPF-5-ADJCHANGE" at the severity's hyphen: is there no such message, but one that is nearly it? */
static const struct name *meant(const char *pattern, const char *hyphen)
{
    const char *from = hyphen, *mnemonic = hyphen + 3;
    size_t n = 0;
    while (from > pattern && name_sign(from[-1]))
        from--;
    while (name_sign(mnemonic[n]))
        n++;
    const struct name *near = NULL;
    bool others = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool facility = same(from, (size_t)(hyphen - from), names[i].facility),
             is = same(mnemonic, n, names[i].mnemonic);
        if (facility && is)
            return names[i].severity == hyphen[1] ? NULL : &names[i];
        if (facility)
            near = &names[i];
        others |= is;
    }
    return others ? near : NULL; /* of this facility, and the mnemonic is another's */
}

static void message_names(struct lint *l, const struct event_conf *ev)
{
    for (const char *s = ev->pattern; (s = strchr(s, '-')); s++) {
        const struct name *is =
            s > ev->pattern && s[1] >= '0' && s[1] <= '7' && s[2] == '-' ? meant(ev->pattern, s) : NULL;
        if (!is)
            continue;
        lint_event(l, ev, "there is no such message: it is %%%s-%c-%s", is->facility, is->severity, is->mnemonic);
        return;
    }
}

static const char *any_case(const char *s, const char *what)
{
    for (size_t n = strlen(what); strlen(s) >= n; s++)
        if (!strncasecmp(s, what, n) && !isalpha((unsigned char)s[n]))
            return s;
    return NULL;
}

static void capitals(struct lint *l, const struct event_conf *ev)
{
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        const struct phrase *p = &phrases[i];
        const char *at = !p->with || strstr(ev->pattern, p->with) ? any_case(ev->pattern, p->text) : NULL;
        if (!at || strstr(ev->pattern, p->text))
            continue;
        lint_event(l, ev, "messages say \"%s\", and the pattern \"%.*s\": capitals and small letters are different",
                   p->text + (p->text[0] == ' '), (int)strlen(p->text) - (p->text[0] == ' '), at + (p->text[0] == ' '));
        return;
    }
}

/* "vty0 (10.0.0.1)", "Neighbor 10.0.0.1 (Tunnel0)": where messages have brackets. */
static void brackets(struct lint *l, const struct event_conf *ev)
{
    for (const char *s = ev->pattern; (s = strchr(s, '(')); s++) {
        size_t n = 1 + strcspn(s + 1, "()|*+?[]\\");
        const char *word = s;
        if (s - ev->pattern < 3 || s[-1] != ' ' || s[n] != ')' || (s[n + 1] && strchr("*+?", s[n + 1])))
            continue;
        for (word--; word > ev->pattern && word[-1] != ' ';)
            word--;
        bool line = !strncmp(word, "vty", 3),
             address = isdigit((unsigned char)word[0]) && strspn(word, "0123456789.") == (size_t)(s - 1 - word);
        if (!line && !address)
            continue;
        lint_event(l, ev, "\"%.*s\" is a group and fits no brackets: write \"\\(\" and \"\\)\"", (int)n + 1, s);
        return;
    }
}

void lint_messages(struct lint *l, const struct event_conf *ev)
{
    message_names(l, ev);
    capitals(l, ev);
    brackets(l, ev);
}
