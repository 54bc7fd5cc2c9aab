/* flash.c: CISCO-FLASH-MIB: the file systems that hold files (disk0:, which is flash: too, and nvram:), as `show file systems` and `dir` have them.
 *
 * A device has one partition, the whole of it. There are no chips, so there is neither their number nor a table of them; no checksums are stored with files, so those have no
 * column. What exceeds 32 bits is said to be 4294967295, and in full in the columns of 64 bits. Copying, erasing and partitioning over SNMP (ciscoFlashOps) are not offered.
 */
#include "espial/clock.h"
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"

#include <stdio.h>

enum { YES = 1, NO = 2 };

/* ---- devices and their partitions ---- */

static bool device_behind(void *self, struct mib_index *at)
{
    struct snmp_flash f;
    uint32_t from;
    if (!mib_behind(at, &from) || !snmp_flash(self, from ? from : 1, &f))
        return false;
    mib_index1(at, from ? from : 1);
    return true;
}
static const struct mib_table devices = {.next = device_behind};

/* Index: device.1 */
static bool partition_behind(void *self, struct mib_index *at)
{
    struct snmp_flash f;
    uint32_t device = !at->n || !at->v[0] ? 1 : at->n > 1 && at->v[1] ? at->v[0] + 1 : at->v[0];
    if ((at->n && at->v[0] > SNMP_FLASH_DEVICES) || !snmp_flash(self, device, &f))
        return false;
    *at = (struct mib_index){.v = {device, 1}, .n = 2};
    return true;
}
static const struct mib_table partitions = {.next = partition_behind};

enum { SIZE, SIZE_64, FREE, FREE_64, FILES, ONE, NAME, PARTITION_NAME, DESCR, NOTHING, JUMPER, REMOVABLE, ALGORITHM, STATUS, METHOD, NEED_ERASURE, NAME_LENGTH };

static bool get_device(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct snmp_flash_file *files;
    struct snmp_flash f;
    char name[24];
    if (!snmp_flash(self, at->v[0], &f))
        return false;
    switch (row->which) {
    case SIZE: out->num = mib_most32(f.total); break;
    case SIZE_64: out->num = (int64_t)f.total; break;
    case FREE: out->num = mib_most32(f.free); break;
    case FREE_64: out->num = (int64_t)f.free; break;
    case FILES: out->num = (int64_t)snmp_flash_files(self, at->v[0], &files); break;
    case ONE: out->num = 1; break;
    case NAME: mib_text(out, f.name); break;
    case PARTITION_NAME:
        snprintf(name, sizeof name, "%s:1", f.name);
        mib_text(out, name);
        break;
    case DESCR: mib_text(out, f.type); break;
    case NOTHING: break;
    case JUMPER: out->num = 3; break; /* unknown */
    case REMOVABLE:
    case NEED_ERASURE: out->num = NO; break;
    case ALGORITHM: out->num = 2; break; /* undefined */
    case STATUS: out->num = 3; break;    /* readWrite */
    case METHOD: out->num = 3; break;    /* direct */
    case NAME_LENGTH: out->num = 127; break;
    }
    return true;
}

static bool get_whole(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_flash f;
    (void)row, (void)at;
    while (snmp_flash(self, (unsigned)out->num + 1, &f))
        out->num++;
    return out->num != 0;
}

/* ---- files ---- */

/* Index: device.1.file */
static bool file_behind(void *self, struct mib_index *at)
{
    const struct snmp_flash_file *v;
    uint32_t device = at->n && at->v[0] ? at->v[0] : 1, file = 1;
    if (at->n > 1 && at->v[0] && at->v[1] > 1)
        file = UINT32_MAX;
    else if (at->n > 2 && at->v[0] && at->v[1] == 1)
        file = at->v[2] == UINT32_MAX ? UINT32_MAX : at->v[2] + 1;
    for (; device <= SNMP_FLASH_DEVICES; device++, file = 1) {
        if (file > snmp_flash_files(self, device, &v))
            continue;
        *at = (struct mib_index){.v = {device, 1, file}, .n = 3};
        return true;
    }
    return false;
}
static const struct mib_table files = {.next = file_behind};

enum { FILE_SIZE, FILE_STATUS, FILE_NAME, FILE_TYPE, FILE_DATE };
enum { UNKNOWN = 1, CONFIG = 2, DIRECTORY = 4 };

static bool get_file(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct snmp_flash_file *v;
    if (!at->v[2] || at->v[2] > snmp_flash_files(self, at->v[0], &v))
        return false;
    v += at->v[2] - 1;
    switch (row->which) {
    case FILE_SIZE: out->num = mib_most32(v->size); break;
    case FILE_STATUS: out->num = 3; break; /* valid */
    case FILE_NAME: mib_text(out, v->name); break;
    case FILE_TYPE: out->num = v->dir ? DIRECTORY : at->v[0] == 2 && !strcmp(v->name, "startup-config") ? CONFIG : UNKNOWN; break;
    case FILE_DATE:
        if (!snmp_clock(self))
            return false;
        clock_date(snmp_clock(self), v->mtime_us, out->data);
        out->len = CLOCK_DATE;
        break;
    }
    return true;
}

#define FLASH "1.3.6.1.4.1.9.9.10.1.1."
#define DEVICE(nm, n, t, w)    {.name = nm, .oid = FLASH "2.1." #n, .type = t, .table = &devices, .get = get_device, .which = w}
#define PARTITION(nm, n, t, w) {.name = nm, .oid = FLASH "4.1.1." #n, .type = t, .table = &partitions, .get = get_device, .which = w}
#define FILE_ROW(nm, n, t, w)  {.name = nm, .oid = FLASH "4.2.1.1." #n, .type = t, .table = &files, .get = get_file, .which = w}
static const struct mib_row rows[] = {
    {.name = "ciscoFlashDevicesSupported", .oid = FLASH "1", .type = TRAP_UNSIGNED, .get = get_whole},
    DEVICE("ciscoFlashDeviceSize", 2, TRAP_UNSIGNED, SIZE),
    DEVICE("ciscoFlashDeviceMinPartitionSize", 3, TRAP_UNSIGNED, SIZE),
    DEVICE("ciscoFlashDeviceMaxPartitions", 4, TRAP_UNSIGNED, ONE),
    DEVICE("ciscoFlashDevicePartitions", 5, TRAP_UNSIGNED, ONE),
    DEVICE("ciscoFlashDeviceName", 7, TRAP_STRING, NAME),
    DEVICE("ciscoFlashDeviceDescr", 8, TRAP_STRING, DESCR),
    DEVICE("ciscoFlashDeviceController", 9, TRAP_STRING, NOTHING),
    DEVICE("ciscoFlashDeviceProgrammingJumper", 11, TRAP_INT, JUMPER),
    DEVICE("ciscoFlashDeviceInitTime", 12, TRAP_TICKS, NOTHING),
    DEVICE("ciscoFlashDeviceRemovable", 13, TRAP_INT, REMOVABLE),
    DEVICE("ciscoFlashPhyEntIndex", 14, TRAP_INT, ONE),
    DEVICE("ciscoFlashDeviceNameExtended", 15, TRAP_STRING, NAME),
    DEVICE("ciscoFlashDeviceSizeExtended", 16, TRAP_COUNTER64, SIZE_64),
    DEVICE("ciscoFlashDeviceMinPartitionSizeExtended", 17, TRAP_COUNTER64, SIZE_64),
    PARTITION("ciscoFlashPartitionSize", 4, TRAP_UNSIGNED, SIZE),
    PARTITION("ciscoFlashPartitionFreeSpace", 5, TRAP_UNSIGNED, FREE),
    PARTITION("ciscoFlashPartitionFileCount", 6, TRAP_UNSIGNED, FILES),
    PARTITION("ciscoFlashPartitionChecksumAlgorithm", 7, TRAP_INT, ALGORITHM),
    PARTITION("ciscoFlashPartitionStatus", 8, TRAP_INT, STATUS),
    PARTITION("ciscoFlashPartitionUpgradeMethod", 9, TRAP_INT, METHOD),
    PARTITION("ciscoFlashPartitionName", 10, TRAP_STRING, PARTITION_NAME),
    PARTITION("ciscoFlashPartitionNeedErasure", 11, TRAP_INT, NEED_ERASURE),
    PARTITION("ciscoFlashPartitionFileNameLength", 12, TRAP_INT, NAME_LENGTH),
    PARTITION("ciscoFlashPartitionSizeExtended", 13, TRAP_COUNTER64, SIZE_64),
    PARTITION("ciscoFlashPartitionFreeSpaceExtended", 14, TRAP_COUNTER64, FREE_64),
    FILE_ROW("ciscoFlashFileSize", 2, TRAP_UNSIGNED, FILE_SIZE),
    FILE_ROW("ciscoFlashFileStatus", 4, TRAP_INT, FILE_STATUS),
    FILE_ROW("ciscoFlashFileName", 5, TRAP_STRING, FILE_NAME),
    FILE_ROW("ciscoFlashFileType", 6, TRAP_INT, FILE_TYPE),
    FILE_ROW("ciscoFlashFileDate", 7, TRAP_STRING, FILE_DATE),
};
const struct mib_rows mib_flash = MIB_ROWS("CISCO-FLASH-MIB", rows);
