/* objects.h: names and values of managed objects, as applets write and read them. */
#ifndef EEM_OBJECTS_H
#define EEM_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/bus.h"

struct text;

/* "1.3.6.1." -> numbers; a dot in front is skipped, one behind is a prefix. False for anything else, or too long. */
bool object_name(const char *s, uint32_t oid[TRAP_OID_MAX], uint8_t *len, bool *prefix);
void object_add_name(struct text *out, const uint32_t *oid, size_t len, char separator);
/* Numbers in decimal, addresses and names dotted, octets as they are when they can be read, else in hexadecimal. */
void object_add_value(struct text *out, const struct trap_var *v);

/* The types an action names, by their place in its row. */
enum eem_object {
    OBJECT_COUNTER,
    OBJECT_COUNTER64,
    OBJECT_GAUGE,
    OBJECT_INT,
    OBJECT_IPV4,
    OBJECT_OCTET,
    OBJECT_OID,
    OBJECT_STRING,
    OBJECT_UINT
};
enum trap_type object_trap_type(enum eem_object type);
const char *object_type_name(enum eem_object type);
/* Type and value of *v from a text: octets are hexadecimal digits in pairs, with or without blanks. False: no such value. */
bool object_value(enum eem_object type, const char *text, struct trap_var *v);
#endif
