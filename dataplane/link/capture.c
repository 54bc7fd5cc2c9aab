/* capture.c: writes frames as pcapng (draft-ietf-opsawg-pcapng): one section header, one interface description with the
 * interface's name, then an enhanced packet block per frame with its time in microseconds and its direction, so that
 * Wireshark shows what came in and what went out.
 *
 * Each block is one write, so that a reader, or a crash, finds whole blocks but for the last. After a write that fails
 * or is cut the file gets no more: a broken block followed by others would make the rest unreadable. */
#include "dataplane/link/capture.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    LINKTYPE_ETHERNET = 1,
    OPT_IF_NAME = 2,
    OPT_EPB_FLAGS = 2
};

struct capture {
    int fd;
    bool failed;
    uint64_t frames;
};

static void put(struct capture *c, const struct iovec *v, int n, size_t total)
{
    ssize_t r;

    if (c->failed)
        return;
    do
        r = writev(c->fd, v, n);
    while (r < 0 && errno == EINTR);
    if (r < 0 || (size_t)r != total)
        c->failed = true;
}

static bool put_head(struct capture *c, const char *ifname)
{
    struct {
        uint32_t type, len, magic;
        uint16_t major, minor;
        uint32_t section[2], len2;
    } shb = {.type = BLOCK_SECTION,
             .len = sizeof shb,
             .magic = 0x1A2B3C4D,
             .major = 1,
             .section = {~0u, ~0u},
             .len2 = sizeof shb};
    struct {
        uint32_t type, len;
        uint16_t linktype, zero;
        uint32_t snaplen;
        uint16_t opt, opt_len;
    } idb = {.type = BLOCK_INTERFACE, .linktype = LINKTYPE_ETHERNET, .opt = OPT_IF_NAME};
    uint8_t name[64] = {0};
    size_t n = strnlen(ifname, sizeof name - 8), padded = (n + 3) & ~(size_t)3;
    uint32_t tail[2] = {0};

    memcpy(name, ifname, n);
    idb.opt_len = (uint16_t)n;
    idb.len = tail[1] = (uint32_t)(sizeof idb + padded + sizeof tail);
    const struct iovec v[] = {{&shb, sizeof shb}, {&idb, sizeof idb}, {name, padded}, {tail, sizeof tail}};
    put(c, v, 4, sizeof shb + idb.len);
    return !c->failed;
}

struct capture *capture_new(int fd, const char *ifname)
{
    struct capture *c = NEW(struct capture);

    c->fd = fd;
    if (put_head(c, ifname))
        return c;
    int err = errno;
    capture_free(c);
    errno = err;
    return NULL;
}

void capture_free(struct capture *c)
{
    if (!c)
        return;
    close(c->fd);
    mem_free(c);
}

void capture_frame(struct capture *c, bool out, int64_t wall_us, const uint8_t *frame, size_t len)
{
    struct {
        uint32_t type, len, interface, high, low, captured, original;
    } epb = {.type = BLOCK_PACKET,
             .high = (uint32_t)((uint64_t)wall_us >> 32),
             .low = (uint32_t)wall_us,
             .captured = (uint32_t)len,
             .original = (uint32_t)len};
    struct {
        uint16_t opt, opt_len;
        uint32_t flags, end, len;
    } tail = {.opt = OPT_EPB_FLAGS, .opt_len = 4, .flags = out ? 2 : 1};
    static const uint8_t pad[4];
    size_t fill = -len & 3;

    epb.len = tail.len = (uint32_t)(sizeof epb + len + fill + sizeof tail);
    const struct iovec v[] = {{&epb, sizeof epb}, {(void *)frame, len}, {(void *)pad, fill}, {&tail, sizeof tail}};
    put(c, v, 4, epb.len);
    if (!c->failed)
        c->frames++;
}

uint64_t capture_frames(const struct capture *c)
{
    return c->frames;
}

bool capture_failed(const struct capture *c)
{
    return c->failed;
}
