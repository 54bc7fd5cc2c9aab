/* memory.c: what show memory, show processes memory and the MIBs say of memory. Processor memory is what this process may have (the machine's, or its own limit)
 * and holds, by the kernel's account of it; I/O memory is the packet pools of the router. */
#include "cli/app/memory.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "dataplane/graph.h"
#include "espial/text.h"

/* A line "VmHWM:  1234 kB" of the kernel's account of this process, in bytes; 0: not there. */
static uint64_t status_line(const char *name)
{
    char line[128];
    unsigned long long kb = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f)) {
        if (str_starts(line, name) && sscanf(line + strlen(name), " %llu", &kb) == 1)
            break;
    }
    if (f)
        fclose(f);
    return kb * 1024;
}

bool process_memory(struct dataplane *dp, struct cli_memory *m)
{
    struct rlimit limit;
    struct mallinfo2 heap = mallinfo2();
    uint64_t total = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t used = status_line("VmRSS:"), most = status_line("VmHWM:");
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < total)
        total = limit.rlim_cur;
    if (!used || total < most)
        return false;
    *m = (struct cli_memory){.processor = {.head = (uintptr_t)&errno, .total = total, .used = used, .lowest = total - (most > used ? most : used), .largest = total - used},
                             .io = {.head = (uintptr_t)dataplane_graph(dp)},
                             .heap = heap.arena + heap.hblkhd,
                             .heap_free = heap.fordblks};
    for (int large = 0; large < 2; large++) {
        struct pool_stats p = graph_pool(dataplane_graph(dp), large);
        m->io.total += p.bound * p.each;
        m->io.used += p.used * p.each;
        m->io.lowest += (p.bound - p.most) * p.each;
        m->io.largest = p.used < p.bound ? p.each : m->io.largest;
        m->io_made += p.made * p.each;
        m->io_taken += p.taken;
        m->io_given += p.taken - p.used;
    }
    return true;
}
