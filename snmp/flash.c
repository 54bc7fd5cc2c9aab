/* flash.c: the router's files as CISCO-FLASH-MIB counts them: every file and folder of a file system, numbered as `show flash:` numbers them.
 *
 * A walk asks for each column of each file, so the list is kept: it is made anew when a file was changed through the router (file_changes), and when it is a second old, as
 * the folders are this machine's too. The first FILES_MAX entries are listed. Numbers are places in that list, and change with it.
 */
#include "snmp/snmp_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/file.h"

#define FILES_MAX 10000
#define DEPTH_MAX 16
#define KEPT_US   1000000

struct flash_list {
    struct snmp_flash_file *v;
    size_t n;
    uint64_t changes, at; /* file_changes, loop time */
    bool made;
};

static const struct {
    const char *name, *type, *root;
} devices[SNMP_FLASH_DEVICES] = {{"disk0", "disk", "disk0:/"}, {"nvram", "nvram", "nvram:/"}};

bool snmp_flash(const struct snmp *s, unsigned device, struct snmp_flash *out)
{
    if (!s->env.files || device < 1 || device > SNMP_FLASH_DEVICES)
        return false;
    *out = (struct snmp_flash){.name = devices[device - 1].name, .type = devices[device - 1].type};
    if (file_space(s->env.files, devices[device - 1].root, &out->total, &out->free) != FILE_OK)
        out->total = out->free = 0;
    return true;
}

static void add_folder(struct snmp *s, struct flash_list *l, const char *root, const char *below, unsigned depth)
{
    struct file_info *v;
    char path[256];
    size_t n;
    if (snprintf(path, sizeof path, "%s%s", root, below) >= (int)sizeof path ||
        file_list(s->env.files, path, &v, &n) != FILE_OK)
        return;
    for (size_t i = 0; i < n && l->n < FILES_MAX; i++) {
        if (!(l->n & (l->n - 1)))
            l->v = mem_resize(l->v, l->n ? 2 * l->n : 1, sizeof *l->v);
        struct snmp_flash_file *f = &l->v[l->n];
        *f = (struct snmp_flash_file){.dir = v[i].dir, .size = v[i].size, .mtime_us = v[i].mtime_us};
        if (snprintf(f->name, sizeof f->name, "%s%s%s", below, below[0] ? "/" : "", v[i].name) >= (int)sizeof f->name)
            continue;
        l->n++;
        if (v[i].dir && depth < DEPTH_MAX) {
            str_copy(path, sizeof path, f->name);
            add_folder(s, l, root, path, depth + 1);
        }
    }
    mem_free(v);
}

size_t snmp_flash_files(struct snmp *s, unsigned device, const struct snmp_flash_file **out)
{
    *out = NULL;
    if (!s->env.files || device < 1 || device > SNMP_FLASH_DEVICES)
        return 0;
    if (!s->flash)
        s->flash = mem_array(SNMP_FLASH_DEVICES, sizeof *s->flash);
    struct flash_list *l = &s->flash[device - 1];
    uint64_t now = loop_now(s->env.loop), changes = file_changes(s->env.files);
    if (!l->made || l->changes != changes || now - l->at >= KEPT_US) {
        l->n = 0;
        add_folder(s, l, devices[device - 1].root, "", 0);
        l->made = true;
        l->changes = changes;
        l->at = now;
    }
    *out = l->v;
    return l->n;
}

void flash_clear(struct snmp *s)
{
    for (size_t i = 0; s->flash && i < SNMP_FLASH_DEVICES; i++)
        mem_free(s->flash[i].v);
    mem_free(s->flash);
}
