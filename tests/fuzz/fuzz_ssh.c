/* fuzz_ssh.c: a child of an SSH connection that is somebody else's by now: any frames, in any order, into the router's half of the connection.
 *
 * One input is a row of frames, each with its length (two bytes) before it. Beside not crashing, it must hold: nobody gets in without having said a password that
 * is right; what waits for a client that reads nothing stays bounded; when the connection is dropped it leaves neither a session on a vty nor itself behind. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/ssh/sshd_local.h"
#include "tests/fuzz/one.h"

#define PASSWORD "sesame-77"
#define AGAIN    200 /* inputs until the router is made anew: they may change its configuration */

static const char config[] = "hostname R1\nip domain name example.com\nno logging console\nusername admin privilege 15 password 0 " PASSWORD "\nusername viewer password 0 " PASSWORD
                             "\nip scp server enable\nip ssh logging events\n";

static struct one router;
static unsigned inputs;

static size_t sessions(struct shells *s)
{
    size_t cursor = 0, n = 0;
    while (shells_next(s, &cursor))
        n++;
    return n;
}

static bool holds_password(const uint8_t *p, size_t n)
{
    return memmem(p, n, PASSWORD, sizeof PASSWORD - 1) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {.p = data, .left = size};
    uint8_t reply[SSH_FRAME_MAX + 1];
    bool may = holds_password(data, size), reads = size % 2;
    int pair[2];
    if (!router.r || inputs++ % AGAIN == 0) {
        if (router.r)
            one_stop(&router);
        one_start(&router, config, sizeof config - 1);
    }
    unsigned reloads = router.reloads;
    struct sshd *s = router_ssh(router.r);
    size_t before = sessions(router_shells(router.r));
    fuzz_must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
    struct conn *c = conn_new(s, pair[0], 0x7F000001);
    while (in.left && router.reloads == reloads && !c->dead) {
        size_t want = fuzz_u16(&in), len;
        const uint8_t *frame = fuzz_bytes(&in, want, &len);
        uint8_t *copy = mem_new(len + 1); /* of its own size, so that a sanitizer sees a step beyond it */
        memcpy(copy, frame, len);
        conn_frame(c, copy, len);
        mem_free(copy);
        fuzz_must(c->state < CONN_IN || c->state == CONN_END || may);
        fuzz_must(conn_backlog(c) <= 40u << 20);
        for (int i = 0; reads && i < 64 && recv(pair[1], reply, sizeof reply, MSG_DONTWAIT) > 0; i++)
            ;
        if (!c->dead)
            vloop_run_for(router.loop, 20 * US_PER_MS);
        if (router.reloads == reloads && !s->conns)
            break; /* dropped, and freed */
    }
    if (router.reloads == reloads) {
        if (s->conns)
            conn_drop(s->conns);
        vloop_run_for(router.loop, US_PER_MS);
        fuzz_must(!s->conns);
        fuzz_must(sessions(router_shells(router.r)) == before);
    } else {
        inputs = 0;
    }
    close(pair[1]);
    return 0;
}

struct input {
    uint8_t *out;
    size_t len;
};

static void add(struct input *in, const struct sshd_writer *w)
{
    in->out[in->len++] = (uint8_t)(w->wr.len >> 8);
    in->out[in->len++] = (uint8_t)w->wr.len;
    memcpy(in->out + in->len, w->b, w->wr.len);
    in->len += w->wr.len;
}

static void ready(struct input *in)
{
    struct sshd_writer w;
    sshd_write_start(&w, SSH_F_READY);
    sshd_write_text(&w, "aes128-ctr");
    sshd_write_text(&w, "hmac-sha2-256");
    sshd_write_text(&w, "curve25519-sha256");
    sshd_write_text(&w, "SSH-2.0-fuzz");
    add(in, &w);
}

static void password(struct input *in, const char *user, const char *word)
{
    struct sshd_writer w;
    sshd_write_start(&w, SSH_F_PASSWORD);
    sshd_write_text(&w, user);
    sshd_write_text(&w, word);
    wr_u8(&w.wr, 1);
    add(in, &w);
}

static void key(struct input *in, uint8_t has_signed)
{
    struct sshd_writer w;
    sshd_write_start(&w, SSH_F_KEY);
    sshd_write_text(&w, "admin");
    sshd_write_bytes(&w, "\0\0\0\7ssh-rsa\0\0\0\3\1\0\1", 18);
    wr_u8(&w.wr, has_signed);
    add(in, &w);
}

static void sizes(struct input *in, enum sshd_frame f, uint32_t columns, uint32_t rows)
{
    struct sshd_writer w;
    sshd_write_start(&w, f);
    if (f == SSH_F_PTY)
        sshd_write_text(&w, "vt100");
    wr_u32(&w.wr, columns);
    wr_u32(&w.wr, rows);
    add(in, &w);
}

static void bare(struct input *in, enum sshd_frame f)
{
    struct sshd_writer w;
    sshd_write_start(&w, f);
    add(in, &w);
}

static void text(struct input *in, enum sshd_frame f, const char *s)
{
    struct sshd_writer w;
    sshd_write_start(&w, f);
    sshd_write_text(&w, s);
    add(in, &w);
}

static void bytes(struct input *in, const char *s, size_t n)
{
    struct sshd_writer w;
    sshd_write_start(&w, SSH_F_DATA);
    wr_bytes(&w.wr, s, n);
    add(in, &w);
}
#define BYTES_OF(in, s) bytes(in, s, sizeof s - 1)

static void enter(struct input *in, const char *user)
{
    ready(in);
    password(in, user, PASSWORD);
}

static void seed_shell(struct input *in)
{
    enter(in, "viewer");
    sizes(in, SSH_F_PTY, 80, 24);
    bare(in, SSH_F_SHELL);
    BYTES_OF(in, "show ip ssh\r");
    sizes(in, SSH_F_WINDOW, 511, 1000);
    BYTES_OF(in, "show ?\x1b[A\x03 \x1a\x0c");
    BYTES_OF(in, "exit\n");
    bare(in, SSH_F_EOF);
}

static void seed_tries(struct input *in)
{
    ready(in);
    key(in, 0);
    key(in, 1);
    password(in, "admin", "wrong");
    password(in, "", PASSWORD);
    password(in, "admin", PASSWORD);
}

static void seed_exec(struct input *in)
{
    enter(in, "admin");
    text(in, SSH_F_EXEC, "show version\nshow nonsense");
    BYTES_OF(in, "passed over");
    bare(in, SSH_F_EOF);
}

static void seed_take(struct input *in)
{
    enter(in, "admin");
    text(in, SSH_F_EXEC, "scp -v -t disk0:/x");
    BYTES_OF(in, "T1 0 1 0\nC0644 5 name\n");
    BYTES_OF(in, "hel");
    BYTES_OF(in, "lo\0C0600 0 none\n\0E\n");
    bare(in, SSH_F_EOF);
}

static void seed_give(struct input *in)
{
    enter(in, "admin");
    text(in, SSH_F_EXEC, "scp -f 'nvram:startup-config'");
    BYTES_OF(in, "\0\0\0");
}

static void seed_subsystem(struct input *in)
{
    enter(in, "viewer");
    text(in, SSH_F_SUBSYSTEM, "sftp");
    text(in, SSH_F_EXEC, "scp -t .");
}

static void (*const seeds[])(struct input *in) = {seed_shell, seed_tries, seed_exec, seed_take, seed_give, seed_subsystem};

const char *const fuzz_words[] = {PASSWORD, "admin", "viewer", "scp -t ", "scp -f ", "disk0:", "nvram:private-config", "C0644 ", "\n", "\r", "\1", "\2", " 67108865 ", "\xff\xff", "show run\n",
                                  "enable\n", "configure terminal\n", NULL};

size_t fuzz_seed(size_t i, uint8_t *out)
{
    struct input in = {.out = out};
    if (i >= sizeof seeds / sizeof seeds[0])
        return SIZE_MAX;
    seeds[i](&in);
    return in.len;
}
