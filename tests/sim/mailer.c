/* mailer.c: a mail server of streams that no socket carries: timers of the virtual loop stand for the wire. */
#include "tests/sim/mailer.h"

#include <string.h>

#include "espial/mem.h"

struct stream {
    struct stream_base base; /* first */
    struct mailer *mailer;
    const struct stream_events *ev;
    void *arg;
    struct timer timer;
    bool up;
    struct text heard;
    size_t next; /* reply */
};

static void turn(void *arg)
{
    struct stream *s = arg;
    struct mailer *m = s->mailer;
    if (m->temper == MAILER_REFUSES || m->opened <= m->refuse) {
        s->ev->down(s->arg);
    } else if (!s->up) {
        s->up = true;
        timer_set(&s->timer, MAILER_LATENCY_MS * US_PER_MS);
        s->ev->ready(s->arg);
    } else if (m->temper == MAILER_HANGS_UP || !m->replies[s->next]) {
        s->ev->down(s->arg);
    } else if (m->temper == MAILER_ANSWERS) {
        const char *reply = m->replies[s->next++];
        s->ev->data(s->arg, reply, strlen(reply));
    }
}

static struct stream *m_open(struct streams *streams, uint32_t addr, uint16_t port, const struct stream_events *ev,
                             void *arg)
{
    struct mailer *m = (struct mailer *)streams;
    struct stream *s = NEW(struct stream);
    *s = (struct stream){.base.streams = streams, .mailer = m, .ev = ev, .arg = arg};
    timer_init(&s->timer, m->loop, turn, s);
    m->opened++;
    m->open++;
    m->addr = addr;
    m->port = port;
    if (m->temper != MAILER_SILENT)
        timer_set(&s->timer, MAILER_LATENCY_MS * US_PER_MS);
    return s;
}

static size_t m_write(struct stream *s, const void *data, size_t len)
{
    if (!s->up)
        return 0;
    size_t took = len < 100 ? len : 100; /* short writes */
    text_addn(&s->heard, data, took);
    if (took < len) {
        timer_set(&s->timer, MAILER_LATENCY_MS * US_PER_MS);
        s->up = false; /* `ready` again */
    } else if (len) {
        timer_set(&s->timer, MAILER_LATENCY_MS * US_PER_MS);
    }
    return took;
}

static void m_close(struct stream *s)
{
    text_clear(&s->mailer->last);
    text_add(&s->mailer->last, text_str(&s->heard));
    text_free(&s->heard);
    timer_clear(&s->timer);
    s->mailer->open--;
    mem_free(s);
}

static const struct streams_ops stream_ops = {.open = m_open, .write = m_write, .close = m_close};

const char *const mailer_kind[] = {"220 hello\r\n", "250-x\r\n250 AUTH PLAIN\r\n",
                                   "250 ok\r\n",    "250 ok\r\n",
                                   "354 go on\r\n", "250 taken\r\n",
                                   "221 bye\r\n",   NULL};

void mailer_init(struct mailer *m, struct loop *loop, enum mailer_temper temper, const char *const *replies)
{
    *m = (struct mailer){.streams.ops = &stream_ops, .loop = loop, .temper = temper, .replies = replies};
}

void mailer_end(struct mailer *m)
{
    text_free(&m->last);
}
