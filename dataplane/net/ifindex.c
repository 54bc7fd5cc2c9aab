/* ifindex.c: interface indices that outlive a reload (`snmp-server ifindex persist` for all, `snmp ifindex persist` for one).
 *
 *   write memory -> ifindex_text -> nvram:ifIndex-table -> reload -> ifindex_load -> the interface of that name gets its number again
 *
 * Lines of a name and a number. An interface that is not in the table gets a number above all of it, so nobody inherits another's. Lines that are no such pair, names or numbers
 * that were there before, and more lines than there can be interfaces are left out: the file is a user's to edit.
 */
#include <inttypes.h>
#include <string.h>

#include "dataplane/limits.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net_local.h"

#define INDEX_MAX 0xffffff /* far below the greatest InterfaceIndex (RFC 2863), which later interfaces must not pass */

struct ifindex_kept {
    char name[IFNAME_MAX];
    uint32_t index;
};

static bool known(const struct net *net, const char *name, uint32_t index)
{
    for (size_t i = 0; i < net->nkept; i++)
        if (!strcmp(net->kept[i].name, name) || net->kept[i].index == index)
            return true;
    return false;
}

static void take_line(struct net *net, const char *line, size_t len)
{
    struct ifindex_kept k;
    uint64_t index;
    char number[16];
    const char *blank = memchr(line, ' ', len);
    if (!blank || net->nkept == IFACES_MAX)
        return;
    size_t name = (size_t)(blank - line), digits = len - name - 1;
    if (!name || name >= sizeof k.name || !digits || digits >= sizeof number)
        return;
    memcpy(k.name, line, name);
    k.name[name] = '\0';
    memcpy(number, blank + 1, digits);
    number[digits] = '\0';
    if (!str_uint(number, 1, INDEX_MAX, &index) || known(net, k.name, (uint32_t)index))
        return;
    k.index = (uint32_t)index;
    net->kept = mem_resize(net->kept, net->nkept + 1, sizeof *net->kept);
    net->kept[net->nkept++] = k;
    if (k.index > net->next_index)
        net->next_index = k.index;
}

void ifindex_load(struct net *net, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        take_line(net, text, len);
        text += len + (text[len] == '\n');
    }
}

void ifindex_text(struct net *net, struct text *out)
{
    for (const struct iface *ifc = iface_next(net, NULL); ifc; ifc = iface_next(net, ifc))
        if (net->conf.ifindex_persist || (ifc->conf && ifc->conf->ifindex_persist))
            text_printf(out, "%s %" PRIu32 "\n", ifc->name, ifc->index);
}

uint32_t ifindex_of(struct net *net, const char *name)
{
    for (size_t i = 0; i < net->nkept; i++) {
        const struct iface *other = strcmp(net->kept[i].name, name) ? NULL : iface_from_index(net, net->kept[i].index);
        if (!strcmp(net->kept[i].name, name) && (!other || other->index != net->kept[i].index))
            return net->kept[i].index;
    }
    return ++net->next_index;
}

void ifindex_end(struct net *net)
{
    mem_free(net->kept);
    net->kept = NULL;
    net->nkept = 0;
}
