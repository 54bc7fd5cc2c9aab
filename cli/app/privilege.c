/* privilege.c: what a router may do beyond its user's files, given up for good.
 *
 * Interfaces of this machine and ports below 1024 are opened first. Then every capability goes: permitted, effective,
 * inheritable, ambient and those that a program executed later could have (the bounding set), and no program gains any
 * by being executed (PR_SET_NO_NEW_PRIVS). Capabilities are a thread's: this is called before there is a second one.
 * Root without any is still who owns its files, and no more; when the state directory is another user's, the right to
 * write there as before (CAP_DAC_OVERRIDE) is kept, and that alone.
 *
 * What it does not do: change the user, or bound the system calls (the children of SSH connections do, cli/ssh/jail.c). */
#include "cli/app/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int privilege_drop(int state_fd)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct now[2] = {0}, then[2] = {0};
    struct stat st;
    bool foreign = geteuid() == 0 && fstat(state_fd, &st) == 0 && st.st_uid != 0;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capget, &head, now) != 0)
        return -errno;
    if (foreign)
        then[0].effective = then[0].permitted = now[0].permitted & 1u << CAP_DAC_OVERRIDE;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (now[0].effective & 1u << CAP_SETPCAP)
        for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
            prctl(PR_CAPBSET_DROP, cap);
    return syscall(SYS_capset, &head, then) == 0 ? 0 : -errno;
}
