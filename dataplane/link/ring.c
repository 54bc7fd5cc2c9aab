/* ring.c: how frames come out of a packet socket without a system call for each: the kernel copies every frame into the
 * next slot of a ring that is mapped into the router, and then hands that slot over by its status word; the router hands
 * it back the same way. A descriptor is readable while the last slot that was filled is the router's.
 *
 * A slot takes an Ethernet frame of ordinary size. Of a longer one (jumbo, or segments that the sender's kernel left
 * together) the slot has the beginning, and the socket's queue the whole frame. A full ring means that frames are lost, as
 * on a wire; the kernel counts them, and is asked when somebody looks. In front of each frame stands what the kernel has left undone (struct virtio_net_hdr, see offload.c).
 * TPACKET_V2, not V3: V3 hands over blocks of many frames when they are full or a timer strikes, and a lone packet would
 * wait for that. Not here: sending (a ring for that keeps slots until the far end has read them). */
#include "dataplane/link/ring.h"

#include <linux/if_packet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "espial/mem.h"

enum { SLOT = 2048, SLOTS = 2048, BLOCK = 64 * 1024 };

struct ring {
    uint8_t *slots; /* SLOTS of SLOT bytes, each beginning with struct tpacket2_hdr */
    unsigned at;
};

static struct tpacket2_hdr *slot_now(const struct ring *r)
{
    return (struct tpacket2_hdr *)(void *)(r->slots + (size_t)r->at * SLOT);
}

struct ring *ring_new(int fd)
{
    int version = TPACKET_V2, copy = 1;
    struct tpacket_req all = {
        .tp_block_size = BLOCK, .tp_block_nr = SLOT * SLOTS / BLOCK, .tp_frame_size = SLOT, .tp_frame_nr = SLOTS};
    void *slots;

    if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_COPY_THRESH, &copy, sizeof copy) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &all, sizeof all) != 0)
        return NULL;
    slots = mmap(NULL, (size_t)SLOT * SLOTS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (slots == MAP_FAILED)
        return NULL;
    struct ring *r = NEW(struct ring);
    r->slots = slots;
    return r;
}

void ring_free(struct ring *r)
{
    if (!r)
        return;
    munmap(r->slots, (size_t)SLOT * SLOTS);
    mem_free(r);
}

bool ring_look(const struct ring *r, struct ring_frame *f)
{
    struct tpacket2_hdr *h = slot_now(r);
    uint32_t status = __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE);

    if (!(status & TP_STATUS_USER))
        return false;
    size_t mac = h->tp_mac, len = h->tp_snaplen;
    bool sound = mac >= sizeof *h + sizeof f->head && mac + len <= SLOT;
    f->bytes = (uint8_t *)h + mac;
    f->len = sound ? len : 0;
    f->whole = sound && len == h->tp_len;
    f->queued = status & TP_STATUS_COPY;
    f->tagged = status & TP_STATUS_VLAN_VALID;
    if (sound)
        memcpy(&f->head, f->bytes - sizeof f->head, sizeof f->head);
    return true;
}

void ring_next(struct ring *r)
{
    __atomic_store_n(&slot_now(r)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    r->at = (r->at + 1) % SLOTS;
}

uint32_t ring_lost(int fd)
{
    struct tpacket_stats n = {0};
    socklen_t len = sizeof n;

    return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &n, &len) == 0 ? n.tp_drops : 0;
}
