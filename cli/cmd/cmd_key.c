/* cmd_key.c: the router's own key pairs: crypto key generate, crypto key zeroize, show crypto key mypubkey.
 *
 * A pair is made off the loop while the session waits (the log and all traffic go on); Ctrl-C gives it up, and the old pair stays. With the modulus on the line
 * nothing is asked, as on IOS. In a startup-config a pair that is there already is kept, so that a file may hold the line that made it. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd.h"
#include "cli/cmd/waiting.h"
#include "cli/ssh/hostkey.h"
#include "cli/ssh/sshd.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/mem.h"

#define RSA_LEAST 1024
#define RSA_MOST  4096

struct asking {
    struct waiting w; /* first */
    enum keypair_kind kind;
    unsigned bits, wrong;
    bool exportable, is_making, every; /* every: zeroize, of all kinds */
    char name[HOSTKEY_NAME_MAX + 1]; /* zeroize: "" for all */
};

static const char *kind_name(enum keypair_kind kind)
{
    static const char *const names[KEYPAIR_KINDS] = {"RSA", "EC", "ED25519"};
    return names[kind];
}

static void asking_free(struct waiting *w)
{
    struct asking *a = (struct asking *)w;
    if (a->is_making)
        sshd_generate_forget(w->c->self);
    mem_free(a);
}

static struct asking *asking_new(struct cmd_ctx *c, enum keypair_kind kind)
{
    struct asking *a = NEW(struct asking);
    a->kind = kind;
    waiting_begin(&a->w, c, asking_free);
    return a;
}

/* ---- generate ---- */

static void made(void *arg, bool is_made, bool stored, uint64_t took_us)
{
    struct asking *a = arg;
    a->is_making = false;
    if (!is_made)
        out_text(a->w.c->out, "[FAILED]\n% Key pair could not be generated\n");
    else
        out_printf(a->w.c->out, "[OK] (elapsed time was %u seconds)\n",
                   (unsigned)((took_us + US_PER_S / 2) / US_PER_S));
    if (is_made && !stored)
        out_text(a->w.c->out, "% The key pair could not be written to nvram: it is lost at the next reload\n");
    out_text(a->w.c->out, "\n");
    waiting_end(&a->w, is_made ? CMD_OK : CMD_FAIL);
}

static void generate(struct asking *a)
{
    const struct sshd_generate g = {
        .kind = a->kind, .bits = a->bits, .name = a->name, .exportable = a->exportable, .done = made, .arg = a};
    if (a->kind == KEYPAIR_RSA)
        out_printf(a->w.c->out,
                   "%% The key modulus size is %u bits\n%% Generating %u bit RSA keys, keys will be %s...\n", a->bits,
                   a->bits, a->exportable ? "exportable" : "non-exportable");
    if (sshd_generate(a->w.c->self, &g)) {
        a->is_making = true;
        return;
    }
    out_text(a->w.c->out, "% Key generation is already in progress\n");
    waiting_end(&a->w, CMD_FAIL);
}

static void answer_modulus(void *arg, const char *text)
{
    struct asking *a = arg;
    uint64_t bits = 2048;
    if (text[0] && !str_uint(text, RSA_LEAST, RSA_MOST, &bits)) {
        out_printf(a->w.c->out, "%% A decimal number between %d and %d.\n", RSA_LEAST, RSA_MOST);
        if (++a->wrong == 3)
            waiting_end(&a->w, CMD_FAIL);
        else
            a->w.c->host->ask(a->w.c->shell, "How many bits in the modulus [2048]: ", false, answer_modulus, a);
        return;
    }
    a->bits = (unsigned)bits;
    generate(a);
}

static void ask_modulus(struct asking *a)
{
    if (a->bits) {
        generate(a);
        return;
    }
    out_printf(a->w.c->out,
               "Choose the size of the key modulus in the range of %d to %d for your\n  General Purpose Keys. Choosing "
               "a key modulus greater than 512 may take\n"
               "  a few minutes.\n\n",
               RSA_LEAST, RSA_MOST);
    a->w.c->host->ask(a->w.c->shell, "How many bits in the modulus [2048]: ", false, answer_modulus, a);
}

/* yes, no, or a word that is asked for again; after three of them, and for somebody who cannot answer: no. */
static int answered(struct asking *a, const char *text)
{
    int yes = yes_or_no(text);
    if (yes < 0 && ++a->wrong == 3)
        return 0;
    if (yes < 0)
        please_answer(a->w.c);
    return yes;
}

static void answer_replace(void *arg, const char *text)
{
    struct asking *a = arg;
    int yes = answered(a, text);
    if (yes > 0)
        ask_modulus(a);
    else if (yes == 0)
        waiting_end(&a->w, CMD_OK);
    else
        a->w.c->host->ask(a->w.c->shell, "% Do you really want to replace them? [yes/no]: ", false, answer_replace, a);
}

static enum cmd_result boot_generate(struct cmd_ctx *c, enum keypair_kind kind, const char *name)
{
    const struct sshd_generate g = {.kind = kind,
                                    .bits = cmd_has(c, "bits") ? (unsigned)cmd_int(c, "bits") : 2048,
                                    .name = name,
                                    .exportable = cmd_has(c, "exportable")};
    if (hostkeys_find(sshd_hostkeys(c->self), kind, name))
        return CMD_OK;
    return sshd_generate_now(c->self, &g) ? CMD_OK : CMD_FAIL;
}

static enum cmd_result start_generate(struct cmd_ctx *c, enum keypair_kind kind)
{
    char name[HOSTKEY_NAME_MAX + 1];
    bool labelled = cmd_has(c, "label");
    if (labelled ? !str_copy(name, sizeof name, cmd_str(c, "label"))
                 : !sshd_default_label(c->self, name, sizeof name)) {
        out_text(c->out, labelled ? "% The label is too long.\n" : "% Please define a domain-name first.\n");
        return CMD_FAIL;
    }
    if (c->out->boot)
        return boot_generate(c, kind, name);
    bool replaces = hostkeys_find(sshd_hostkeys(c->self), kind, name) != NULL;
    struct asking *a = asking_new(c, kind);
    str_copy(a->name, sizeof a->name, name);
    a->bits = (unsigned)cmd_int(c, "bits");
    a->exportable = cmd_has(c, "exportable");
    if (replaces)
        out_printf(c->out, "%% You already have %s keys defined named %s.\n", kind_name(kind), name);
    if (replaces && !a->bits) {
        c->host->ask(c->shell, "% Do you really want to replace them? [yes/no]: ", false, answer_replace, a);
        return CMD_WAIT;
    }
    if (replaces)
        out_text(c->out, "% They will be replaced.\n\n");
    else
        out_printf(c->out, "The name for the keys will be: %s\n\n", name);
    if (kind == KEYPAIR_RSA)
        ask_modulus(a);
    else
        generate(a);
    return CMD_WAIT;
}

static enum cmd_result do_generate_rsa(struct cmd_ctx *c)
{
    return start_generate(c, KEYPAIR_RSA);
}

static enum cmd_result do_generate_ec(struct cmd_ctx *c)
{
    return start_generate(c, KEYPAIR_EC);
}

static enum cmd_result do_generate_ed25519(struct cmd_ctx *c)
{
    return start_generate(c, KEYPAIR_ED25519);
}

/* ---- zeroize ---- */

static void answer_zeroize(void *arg, const char *text)
{
    struct asking *a = arg;
    int yes = answered(a, text);
    if (yes < 0) {
        a->w.c->host->ask(a->w.c->shell, "Do you really want to remove these keys? [yes/no]: ", false, answer_zeroize,
                          a);
        return;
    }
    if (yes) {
        for (enum keypair_kind kind = KEYPAIR_RSA; kind <= KEYPAIR_ED25519; kind++)
            if (a->every || kind == a->kind)
                hostkeys_remove(sshd_hostkeys(a->w.c->self), kind, a->name[0] ? a->name : NULL);
        sshd_keys_changed(a->w.c->self);
    }
    waiting_end(&a->w, CMD_OK);
}

static enum cmd_result do_zeroize(struct cmd_ctx *c)
{
    enum keypair_kind kind = (enum keypair_kind)cmd_int(c, "kind");
    const char *label = cmd_str(c, "label");
    const struct hostkey *k;
    bool any = false, every = !cmd_has(c, "kind");
    const char *which = every ? "" : kind_name(kind), *blank = every ? "" : " ";
    for (size_t i = 0; (k = hostkeys_nth(sshd_hostkeys(c->self), i)); i++)
        any = any || ((every || keypair_kind(k->pair) == kind) && (!label[0] || !strcmp(k->name, label)));
    if (!any) {
        out_printf(c->out, "%% No %s%skeys %s%sfound in configuration.\n", which, blank, label[0] ? "named " : "",
                   label[0] ? label : "");
        return CMD_FAIL;
    }
    struct asking *a = asking_new(c, kind);
    a->every = every;
    str_copy(a->name, sizeof a->name, label);
    if (label[0])
        out_printf(c->out, "%% Keys to be removed are named '%s'.\n", label);
    else
        out_printf(c->out, "%% All %s%skeys will be removed.\n", which, blank);
    out_text(c->out, "% All router certs issued using these keys will also be removed.\n");
    c->host->ask(c->shell, "Do you really want to remove these keys? [yes/no]: ", false, answer_zeroize, a);
    return CMD_WAIT;
}

/* ---- show crypto key mypubkey ---- */

static void show_key(struct cmd_ctx *c, const struct hostkey *k)
{
    const struct sshd_env *env = sshd_env(c->self);
    struct wall_time w = clock_local(env->clock, k->made_wall_us);
    uint8_t der[1024];
    size_t len = keypair_public_der(k->pair, der, sizeof der);
    enum keypair_kind kind = keypair_kind(k->pair);
    bool rsa = kind == KEYPAIR_RSA;
    out_printf(c->out, "%% Key pair was generated at: %02d:%02d:%02d %s %s %d %d\n", w.hour, w.min, w.sec,
               clock_zone_at(env->clock, k->made_wall_us)->name, month_names[w.mon], w.day, w.year);
    out_printf(c->out, "Key name: %s\nKey type: %s KEYS", k->name, kind_name(kind));
    out_printf(c->out,
               rsa                  ? "      %u bits\n"
               : kind == KEYPAIR_EC ? "      p%u curve\n"
                                    : "\n",
               keypair_bits(k->pair));
    out_printf(c->out, " Storage Device: %s\n Usage: %s Key\n Key is %sexportable.\n Key Data:\n",
               hostkeys_kept(sshd_hostkeys(c->self)) ? "private-config" : "not specified",
               rsa ? "General Purpose" : "Signature", k->exportable ? "" : "not ");
    for (size_t i = 0; i < len; i++) {
        bool last = i + 1 == len;
        out_printf(c->out, "%s%02X%s%s", i % 32 == 0 ? "  " : "", der[i], i % 4 == 3 && !last ? " " : "",
                   i % 32 == 31 || last ? "\n" : "");
    }
}

static enum cmd_result do_show_keys(struct cmd_ctx *c)
{
    int64_t which = cmd_int(c, "which"); /* all, then as enum keypair_kind */
    const struct hostkey *k;
    for (size_t i = 0; (k = hostkeys_nth(sshd_hostkeys(c->self), i)); i++) {
        if ((which == 0 || which - 1 == (int64_t)keypair_kind(k->pair)) &&
            (!cmd_has(c, "name") || !strcmp(cmd_str(c, "name"), k->name)))
            show_key(c, k);
    }
    return CMD_OK;
}

#define KEY_DO(sent, func, text)                                                                                       \
    {                                                                                                                  \
        .kind = CMD_DO_ROW, .mode = CONFIG, .priv = 15, .flags = CMD_IN_CONFIG, .sentence = sent, .fn = func,          \
        .help = text                                                                                                   \
    }

static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto key", "Long term key operations"),
    HELP(CONFIG, "crypto key generate", "Generate new keys"),
    HELP(CONFIG, "crypto key zeroize", "Remove keys"),
    KEY_DO("crypto key generate rsa &{[general-keys]|[label <word:label>]|[exportable=exportable]|[modulus "
           "<bits:1024-4096>]}",
           do_generate_rsa,
           "Generate RSA keys|Generate a general purpose RSA key pair for signing and encryption|Provide a label|RSA "
           "keypair label|"
           "Allow the key to be exported|Provide number of modulus bits on the command line|size of the key modulus"),
    KEY_DO("crypto key generate ec keysize {256=bits:256|384=bits:384|521=bits:521} &{[exportable=exportable]|[label "
           "<word:label>]}",
           do_generate_ec,
           "Generate EC keys for ECDSA|Size of the key|256 bits|384 bits|521 bits|Allow the key to be exported|Provide "
           "a label|EC keypair label"),
    KEY_DO("crypto key generate ed25519 &{[exportable=exportable]|[label <word:label>]}", do_generate_ed25519,
           "Generate Ed25519 keys|Allow the key to be exported|Provide a label|Ed25519 keypair label"),
    KEY_DO("crypto key zeroize [{rsa|ec|ed25519}=kind [<word:label>]]", do_zeroize,
           "Remove RSA keys|Remove EC keys|Remove Ed25519 keys|Label of the keys"),
    HELP(EXEC, "show crypto key", "Show long term public keys"),
    DO(EXEC, 1, "show crypto key mypubkey {all|rsa|ec|ed25519}=which [<word:name>]", do_show_keys,
       "Show public keys associated with this router|All keys|RSA keys|EC keys|Ed25519 keys|Name of the keys"),
};
const struct cmd_table ssh_table_key = CMD_TABLE("cli/cmd/cmd_key", rows);
