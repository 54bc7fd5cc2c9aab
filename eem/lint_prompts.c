/* lint_prompts.c: the check of questions: a command that asks something hangs its run until maxrun when nobody answers, and does
 * nothing when the question is awaited and the run ends there.
 *
 * What asks is a table, for IOS at large and not for this router alone. A row's words are those of a command, each with `|`
 * behind the letters that it needs at least; `*` is any word, `..` any number of them, `$` the end of the line. A word of
 * `unless` anywhere in the command makes it silent, and so does `file prompt quiet` where the question is about files. */
#include <string.h>

#include "eem/lint_local.h"
#include "eem/patterns.h"
#include "espial/regex.h"

static const char reload[] = "Proceed with reload? [confirm]", sure[] = "Continue? [confirm]", confirm[] = "[confirm]",
                  password[] = "Password:", protocol[] = "Protocol [ip]:",
                  bits[] = "How many bits in the modulus [512]:", ospf[] = "Reset ALL OSPF processes? [no]:",
                  yes_no[] = "Do you want to proceed? [y/n]",
                  renumber[] = "Do you want to continue?[y/n]? [yes]:", file[] = "Destination filename []?",
                  name[] = "filename []?",
                  in_use[] = "Dynamic mapping in use, do you want to delete all entries? [no]:";

#define EXEC   1
#define CONFIG 2
static const struct question {
    unsigned char where;
    bool files;
    const char *words, *unless, *asks, *when;
} questions[] = {
    {EXEC, false, "rel|oad", "c|ancel", reload, ""},
    {EXEC, false, "wr|ite er|ase", "",
     "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]", ""},
    {EXEC, false, "er|ase", "", sure, ""},
    {EXEC, false, "for|mat", "", sure, ""},
    {EXEC, false, "sq|ueeze", "", sure, ""},
    {EXEC, false, "cl|ear cou|nters", "", confirm, ""},
    {EXEC, false, "cl|ear log|ging", "", confirm, ""},
    {EXEC, false, "cl|ear lin|e", "", confirm, ""},
    {EXEC, false, "cl|ear ip os|pf .. p|rocess", "", ospf, ""},
    {EXEC, false, "cl|ear ipv|6 os|pf .. p|rocess", "", ospf, ""},
    {EXEC, false, "conf|igure rep|lace", "f|orce", "Enter Y if you are sure you want to proceed. ? [no]:", ""},
    {EXEC, false, "deb|ug all", "", "This may severely impact network performance. Continue? (yes/[no]):", ""},
    {EXEC, false, "pi|ng $", "", protocol, ""},
    {EXEC, false, "tr|aceroute $", "", protocol, ""},
    {EXEC, false, "ss|h", "", password, ""},
    {EXEC, false, "tel|net", "", password, ""},
    {EXEC, false, "sen|d", "l|og", "Enter message, end with CTRL/Z; abort with CTRL/C:", ""},
    {EXEC, false, "set|up", "", "Continue with configuration dialog? [yes/no]:", ""},
    {EXEC, false, "service-m|odule .. sh|utdown", "no-c|onfirm", confirm, ""},
    {EXEC, false, "service-m|odule .. re|load", "no-c|onfirm", confirm, ""},
    {EXEC, false, "service-m|odule .. re|set", "no-c|onfirm", confirm, ""},
    {EXEC, false, "hw-|module .. rel|oad", "", "Proceed with reload of module? [confirm]", ""},
    {EXEC, false, "hw-|module .. res|et", "", "Proceed with reset of module? [confirm]", ""},
    {EXEC, false, "redu|ndancy f|orce-switchover", "", "Proceed with switchover to standby RP? [confirm]", ""},
    {EXEC, false, "redu|ndancy rel|oad", "", reload, ""},
    {EXEC, false, "ins|tall .. act|ivate", "none issu",
     "This operation may require a reload of the system. Do you want to proceed? [y/n]", ""},
    {EXEC, false, "ins|tall rem|ove", "none", yes_no, ""},
    {EXEC, true, "cop|y", "null: /n|oconfirm", file, ""},
    {EXEC, true, "del|ete", "/f|orce", "Delete filename []? and Delete ...? [confirm]", ""},
    {EXEC, true, "ren|ame", "", name, ""},
    {EXEC, true, "mk|dir", "", name, ""},
    {EXEC, true, "rm|dir", "", name, ""},
    {EXEC | CONFIG, false, "cr|ypto k|ey g|enerate r|sa", "mod|ulus", bits, ""},
    {EXEC | CONFIG, false, "cr|ypto k|ey z|eroize", "", "Do you really want to remove these keys? [yes/no]:", ""},
    {EXEC | CONFIG, false, "sw|itch * ren|umber", "", renumber, ""},
    {EXEC | CONFIG, false, "sw|itch * pri|ority", "", renumber, ""},
    {CONFIG, false, "cr|ypto pki au|thenticate", "", "% Do you accept this certificate? [yes/no]:", ""},
    {CONFIG, false, "cr|ypto ca au|thenticate", "", "% Do you accept this certificate? [yes/no]:", ""},
    {CONFIG, false, "cr|ypto pki en|roll", "", "Request certificate from CA? [yes/no]:", ""},
    {CONFIG, false, "cr|ypto ca en|roll", "", "Request certificate from CA? [yes/no]:", ""},
    {CONFIG, false, "no cr|ypto pki tr|ustpoint", "",
     "Are you sure you want to do this? [yes/no]:", " when it is enrolled"},
    {CONFIG, false, "no user|name", "",
     "This operation will remove all username related configurations with same name. Do you want to continue? "
     "[confirm]",
     ""},
    {CONFIG, false, "no aaa new|-model", "",
     "Changing configuration back to no aaa new-model is not supported. Continue? [confirm]", ""},
    {CONFIG, false, "no ip nat i|nside s|ource", "f|orced", in_use, " while translations use it"},
    {CONFIG, false, "no ip nat o|utside s|ource", "f|orced", in_use, " while translations use it"},
};

static size_t word_len(const char *s)
{
    return strcspn(s, " ");
}

static const char *behind(const char *s)
{
    s += word_len(s);
    return s + strspn(s, " ");
}

/* "rel|oad": from "rel" to "reload". */
static bool fits_word(const char *word, size_t n, const char *row, size_t rown)
{
    const char *bar = memchr(row, '|', rown);
    size_t least = bar ? (size_t)(bar - row) : rown, rest = bar ? rown - least - 1 : 0;
    if (n < least || n > least + rest || strncasecmp(word, row, least))
        return false;
    return n == least || !strncasecmp(word + least, bar + 1, n - least);
}

static bool fits(const char *command, const char *words)
{
    for (; *words; words = behind(words), command = behind(command)) {
        size_t n = word_len(command), rown = word_len(words);
        if (words[0] == '$')
            return !n;
        if (rown == 2 && words[0] == '.') {
            const char *rest = behind(words);
            for (; *command; command = behind(command))
                if (fits(command, rest))
                    return true;
            return false;
        }
        if (!n || (words[0] != '*' && !fits_word(command, n, words, rown)))
            return false;
    }
    return true;
}

static bool has_any(const char *command, const char *words)
{
    for (; *words; words = behind(words))
        for (const char *s = command; *s; s = behind(s))
            if (fits_word(s, word_len(s), words, word_len(words)))
                return true;
    return false;
}

/* What the command asks; NULL: nothing. */
static const struct question *asks(const char *c, bool quiet, bool config)
{
    static const struct question text = {.asks = "Enter TEXT message. End with the character ...",
                                         .when = " for more lines"};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const struct question *q = &questions[i];
        if (q->where & (config ? CONFIG : EXEC) && !(q->files && quiet) && fits(c, q->words) && !has_any(c, q->unless))
            return q;
    }
    if (!config || !fits(c, "ban|ner *"))
        return NULL;
    const char *begin = behind(c);
    if (fits(begin, "motd") || fits(begin, "exec") || fits(begin, "login") || fits(begin, "incoming"))
        begin = behind(begin);
    size_t mark = begin[0] == '^' && begin[1] ? 2 : 1; /* "^C" is one sign */
    for (const char *s = begin; *s && (s = strchr(s + mark, begin[0]));)
        if (!strncmp(s, begin, mark))
            return NULL;
    return begin[0] && begin[0] != '$' ? &text : NULL;
}

static bool is_prompt_quiet(const char *c)
{
    return fits(c, "file p|rompt q|uiet");
}

/* Does the pattern fit the next prompt too? One with variables may. */
static bool fits_prompt(const char *pattern)
{
    char why[128];
    struct regex *re =
        strchr(pattern, '$') && pattern[strlen(pattern) - 1] != '$' ? NULL : pattern_compile(pattern, REGEX_IOS, why);
    bool is = !re || regex_match(re, "\nRouter#", 8) || regex_match(re, "\nRouter(config)#", 16);
    regex_free(re);
    return is;
}

void lint_prompts(struct lint *l)
{
    bool quiet = l->env->quiet_prompts;
    int config = 0;
    for (size_t i = 0; i < LINT_NACTIONS(l); i++) {
        const struct action_conf *a = lint_action(l, i);
        const char *c = lint_command(a);
        if (!c)
            continue;
        if (lint_configures(c) >= 0)
            config = lint_configures(c);
        quiet |= is_prompt_quiet(c);
        bool done = config && (fits(c, "do") || fits(c, "do-exec"));
        const struct question *q = asks(done ? behind(c) : c, quiet, config && !done);
        if (q && !a->pattern[0])
            lint_at(l, a,
                    "\"%.40s\" asks \"%s\"%s, nobody answers, and the run hangs until maxrun: give it a `pattern` and "
                    "answer it%s",
                    c, q->asks, q->when, q->files ? ", or configure `file prompt quiet` where that helps" : "");
        else if (q && !lint_types_more(l, i) && !fits_prompt(a->pattern))
            lint_at(l, a,
                    "\"%.40s\" asks \"%s\"%s, its pattern waits for that, and no command behind it answers: what it "
                    "asks about is not done",
                    c, q->asks, q->when);
    }
}
