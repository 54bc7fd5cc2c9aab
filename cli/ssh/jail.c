/* jail.c: what the child of an SSH connection gives up. It parses what strangers send before they have proven anything, so whoever breaks it should find an empty
 * room: no files, no programs, no new sockets, no other processes to look at, and a memory that ends.
 *
 * The bounds are set first; the filter of system calls (seccomp, an allow list) when libcrypto has loaded what it loads once and the host keys are read. A call that
 * is not on the list fails with EPERM: a library that asks for a luxury goes on without it. On a machine without seccomp, of another architecture, or under a
 * sanitizer (which needs more calls and a great deal of address space) the bounds that work are kept and the rest is left out. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/ssh/child.h"

#define MEMORY_MAX (512ul << 20) /* of address space; a connection uses about a tenth */

static void bound(int what, unsigned long most)
{
    struct rlimit r = {.rlim_cur = most, .rlim_max = most};
    setrlimit((__rlimit_resource_t)what, &r); /* best effort: an older, lower bound stays */
}

void sshd_jail_bounds(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* nobody but root reads our memory, where the host key is */
    bound(RLIMIT_CORE, 0);
    bound(RLIMIT_FSIZE, 0);
    bound(RLIMIT_NOFILE, 16);
#ifndef __SANITIZE_ADDRESS__
    bound(RLIMIT_AS, MEMORY_MAX);
#endif
}

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#endif

#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

void sshd_jail_calls(void)
{
#if defined(OWN_ARCH) && !defined(__SANITIZE_ADDRESS__)
    static const struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read),
        ALLOW(write),
        ALLOW(writev),
        ALLOW(recvfrom),
        ALLOW(recvmsg),
        ALLOW(sendto),
        ALLOW(sendmsg),
        ALLOW(ppoll),
#ifdef __NR_poll
        ALLOW(poll),
#endif
        ALLOW(close),
        ALLOW(shutdown),
        ALLOW(getsockopt),
        ALLOW(setsockopt),
        ALLOW(getpeername),
        ALLOW(getsockname),
        ALLOW(fcntl),
        ALLOW(ioctl),
        ALLOW(fstat),
        ALLOW(brk),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(mprotect),
        ALLOW(madvise),
        ALLOW(futex),
        ALLOW(getrandom),
        ALLOW(clock_gettime),
        ALLOW(clock_nanosleep),
        ALLOW(nanosleep),
        ALLOW(gettimeofday),
        ALLOW(sched_yield),
        ALLOW(sysinfo),
        ALLOW(getpid),
        ALLOW(gettid),
        ALLOW(getuid),
        ALLOW(setitimer),
#ifdef __NR_alarm
        ALLOW(alarm),
        ALLOW(time),
#endif
        ALLOW(rt_sigaction),
        ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn),
        ALLOW(restart_syscall),
        ALLOW(exit),
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    const struct sock_fprog program = {.len = sizeof filter / sizeof filter[0],
                                       .filter = (struct sock_filter *)(uintptr_t)filter};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}
