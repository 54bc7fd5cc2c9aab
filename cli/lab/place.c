/* place.c: the folders and sockets of labs.
 *
 * A lab's folder holds one folder a node: nvram/ and disk0/ (its state), `control` (the socket its process listens on), `output` (what it printed) and the
 * sockets of its links. All are mode 0700 and must belong to the caller; a folder of somebody else's is refused. A node is up when its control socket
 * answers: there is no file of process ids to go stale. Sockets are named through /proc/self/fd/N, since a path of a Unix socket is limited to 107 bytes. */
#include "cli/lab/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "espial/text.h"

bool place_state_home(char out[512], char err[512])
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n;
    if (xdg && *xdg == '/')
        n = snprintf(out, 512, "%s/espial", xdg);
    else if (home && *home == '/')
        n = snprintf(out, 512, "%s/.local/state/espial", home);
    else {
        snprintf(err, 512, "no place for state: neither XDG_STATE_HOME nor HOME is set");
        return false;
    }
    if (n >= 400) {
        snprintf(err, 512, "the name of the user's state folder is too long");
        return false;
    }
    return true;
}

void place_path(const char *lab, const char *node, char out[512])
{
    char home[512], err[512];
    *out = '\0';
    if (place_state_home(home, err) && snprintf(out, 512, "%s/labs%s%s%s%s", home, lab ? "/" : "", lab ? lab : "",
                                                node ? "/" : "", node ? node : "") >= 512)
        *out = '\0';
}

int place_make_path(const char *path)
{
    char part[512];
    if (!str_copy(part, sizeof part, path))
        return -ENAMETOOLONG;
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p)
            continue;
        char c = *p;
        *p = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return -errno;
        *p = c;
        if (!c)
            return 0;
    }
}

static int open_own(int at, const char *path, char err[512])
{
    struct stat st;
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        snprintf(err, 512, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) < 0 || st.st_uid != geteuid()) {
        snprintf(err, 512, "%s: belongs to somebody else", path);
        close(fd);
        return -1;
    }
    return fd;
}

int place_lab(const char *name, bool make, char err[512])
{
    char path[512];
    place_path(name, NULL, path);
    if (!*path) {
        snprintf(err, 512, "no place for the lab's state: set HOME or XDG_STATE_HOME");
        return -1;
    }
    int e = make ? place_make_path(path) : 0;
    if (e < 0) {
        snprintf(err, 512, "%s: %s", path, strerror(-e));
        return -1;
    }
    return open_own(AT_FDCWD, path, err);
}

int place_node(int lab_fd, const char *node, bool make, char err[512])
{
    if (make && mkdirat(lab_fd, node, 0700) < 0 && errno != EEXIST) {
        snprintf(err, 512, "%s: %s", node, strerror(errno));
        return -1;
    }
    return open_own(lab_fd, node, err);
}

static int socket_at(int dir_fd, const char *name, struct sockaddr_un *sa)
{
    memset(sa, 0, sizeof *sa);
    sa->sun_family = AF_UNIX;
    if (snprintf(sa->sun_path, sizeof sa->sun_path, "/proc/self/fd/%d/%s", dir_fd, name) >= (int)sizeof sa->sun_path)
        return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

int place_listen(int dir_fd, const char *name)
{
    struct sockaddr_un sa;
    int fd = socket_at(dir_fd, name, &sa);
    if (fd < 0)
        return fd;
    unlinkat(dir_fd, name, 0);
    if (bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 || listen(fd, 64) < 0) {
        int e = -errno;
        close(fd);
        return e;
    }
    return fd;
}

int place_connect(int dir_fd, const char *name)
{
    struct sockaddr_un sa;
    int fd = socket_at(dir_fd, name, &sa);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0) {
        int e = -errno;
        close(fd);
        return e;
    }
    return fd;
}

FILE *place_read(int dir_fd, const char *name)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    if (!f && fd >= 0)
        close(fd);
    return f;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

size_t place_list(int dir_fd, char names[][LAB_NAME_MAX], size_t max)
{
    size_t n = 0;
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct stat st;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    for (struct dirent *e; n < max && (e = readdir(d));) {
        if (*e->d_name != '.' && strlen(e->d_name) < LAB_NAME_MAX &&
            fstatat(dir_fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
            str_copy(names[n++], LAB_NAME_MAX, e->d_name);
    }
    closedir(d);
    qsort(names, n, LAB_NAME_MAX, by_name);
    return n;
}

static bool lab_answers(int labs_fd, const char *lab)
{
    char nodes[LAB_NODES_MAX][LAB_NAME_MAX], err[512];
    bool up = false;
    int lab_fd = place_node(labs_fd, lab, false, err);
    if (lab_fd < 0)
        return false;
    size_t n = place_list(lab_fd, nodes, LAB_NODES_MAX);
    for (size_t i = 0; i < n && !up; i++) {
        int node_fd = place_node(lab_fd, nodes[i], false, err);
        int s = node_fd < 0 ? -1 : place_connect(node_fd, "control");
        up = s >= 0;
        if (s >= 0)
            close(s);
        if (node_fd >= 0)
            close(node_fd);
    }
    close(lab_fd);
    return up;
}

bool place_current(char name[LAB_NAME_MAX], char err[512])
{
    char labs[LAB_NODES_MAX][LAB_NAME_MAX], ignored[512];
    size_t up = 0;
    int fd = place_lab(NULL, false, ignored);
    size_t n = fd < 0 ? 0 : place_list(fd, labs, LAB_NODES_MAX);
    for (size_t i = 0; i < n; i++) {
        if (lab_answers(fd, labs[i]) && up++ == 0)
            str_copy(name, LAB_NAME_MAX, labs[i]);
    }
    if (fd >= 0)
        close(fd);
    if (up == 1)
        return true;
    snprintf(err, 512, up ? "several labs are up: say which with --lab NAME" : "no lab is up");
    return false;
}
