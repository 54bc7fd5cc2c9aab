/* account.h: whose work a loop's processor time is: what `show processes cpu` prints. The time between two switches belongs to the owner switched to; the loop, timers, watched
 * descriptors, deferred work, the bus, sockets and jobs remember who made them and switch by themselves, so that an engine names itself only where it is made (its constructor)
 * and where others call it on their own time (a stage, a command, a message).
 *
 *   enum account_owner was = account_enter(loop, ACCOUNT_IKE);
 *   ...
 *   account_leave(loop, was);
 *
 * A switch reads a cheap clock, and none at all when the owner stays the same. What those slices add up to is set right by the processor's own clock about ten times a second
 * and before a new second begins, so the sum is that of the kernel while idle time costs nothing: nobody wakes to measure. Seconds slept through are filled in when next somebody
 * looks. base/account.c. */
#ifndef ESPIAL_ACCOUNT_H
#define ESPIAL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "espial/loop.h"

/* The process id shown is this number: append, never reorder. */
enum account_owner {
    ACCOUNT_NONE,       /* of something made while nobody kept account: counts as the loop's */
    ACCOUNT_INIT,       /* the start of the program, the startup configuration */
    ACCOUNT_LOOP,       /* finding out what is to be done; what no slice covers */
    ACCOUNT_NET_INPUT,  /* frames from links */
    ACCOUNT_NET_OUTPUT, /* frames to links */
    ACCOUNT_ARP,
    ACCOUNT_IP,  /* IPv4, ICMP, UDP, access lists, routes */
    ACCOUNT_ESP, /* policy, encapsulation, decapsulation */
    ACCOUNT_IKE,
    ACCOUNT_WORKER, /* the second thread: Diffie-Hellman, passwords */
    ACCOUNT_EXEC,   /* sessions: keys, commands, configuration lines */
    ACCOUNT_LOGGER,
    ACCOUNT_EEM,
    ACCOUNT_SNMP,
    ACCOUNT_NTP,
    ACCOUNT_SSH, /* connections of vtys; their cryptography is done by children, which are processes of their own */
    ACCOUNT_OWNERS
};
extern const char *const account_names[ACCOUNT_OWNERS]; /* as IOS names a process, at most 16 characters */

/* Nanoseconds. fast: any steady clock that goes on while the thread sleeps; cpu: what this thread has used so far. */
struct account_clock {
    uint64_t (*fast)(void *arg);
    uint64_t (*cpu)(void *arg);
    void *arg;
};
struct account;

/* Made by the loop's owner and hung on the loop (loop->account); takes the loop's thread as its own. clock NULL: the machine's. Time used before counts as ACCOUNT_INIT's. */
struct account *account_new(struct loop *loop, const struct account_clock *clock);
void account_free(struct account *a); /* NULL-safe */
/* Everything from zero: a router begins again. */
void account_restart(struct account *a);
/* A second thread, all of whose time is `owner`'s (one is kept). It must go on until account_thread_end. */
void account_thread(struct account *a, clockid_t cpu_clock, enum account_owner owner);
void account_thread_end(struct account *a);

/* From now on the time is `to`'s. Who worked before, to be switched back to. */
enum account_owner account_switch(struct account *a, enum account_owner to);
/* Who works now; ACCOUNT_NONE without an account. */
static inline enum account_owner account_owner(const struct loop *loop)
{
    return loop->account ? (enum account_owner)loop->account_at : ACCOUNT_NONE;
}
static inline enum account_owner account_enter(struct loop *loop, enum account_owner to)
{
    if (!loop->account || loop->account_at == (uint8_t)to || to == ACCOUNT_NONE)
        return account_owner(loop);
    return account_switch(loop->account, to);
}
/* Back to what account_enter gave. It is not a further call of that owner. */
void account_back(struct account *a, enum account_owner to);
static inline void account_leave(struct loop *loop, enum account_owner was)
{
    if (loop->account && loop->account_at != (uint8_t)was && was != ACCOUNT_NONE)
        account_back(loop->account, was);
}
/* The loop is about to wait; it has woken for `to` (the same as account_enter when it was awake). It need not switch back to itself between what it calls: the next
 * one does, or the sleep. */
void account_sleep(struct account *a);
/* What it waits with, until it wakes or is about to wait again, is the processor (base/linger.h): that is the loop's runtime and in no share, since whoever has work gets it.
 * Called again, what was since is not even that: another program had the processor. */
void account_look(struct account *a);
void account_wake(struct account *a, enum account_owner to);

/* Shares are parts of one processor: 0 to 1, more than 1 with two threads. */
struct account_row {
    uint64_t runtime_ns, invoked;
    double five_s, one_min, five_min; /* the last five seconds that are over; damped over a minute and five */
};
/* Up to this moment. rows may be NULL; total is the sum of all. */
void account_read(struct account *a, struct account_row rows[ACCOUNT_OWNERS], struct account_row *total);

/* What was, youngest first: i 0 is the last second, minute, hour that is over. A share of the processor, 0 to 1; of a second -1 past what is known. */
#define ACCOUNT_SECONDS 60
#define ACCOUNT_MINUTES 60
#define ACCOUNT_HOURS   72
double account_second(const struct account *a, unsigned i);
struct account_span {
    double average, most; /* most: of its busiest second */
};
/* False, and *out as it was, past what is known. */
bool account_minute(const struct account *a, unsigned i, struct account_span *out);
bool account_hour(const struct account *a, unsigned i, struct account_span *out);
#endif
