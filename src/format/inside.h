// SPDX-License-Identifier: MIT
/* inside.h - what the files of this room share; nobody else includes it. */
#ifndef LIMPID_FORMAT_INSIDE_H
#define LIMPID_FORMAT_INSIDE_H

#include "format/format.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files hold little-endian numbers, which this room copies as they are"
#endif

/* ---- names from files, in messages ---- */

/* A name from a file made fit for one line of a message: quoted, control characters and what is not
 * UTF-8 replaced, the middle of long ones left out. The text lives in the struct, so it can be an
 * argument of limpid_fail. */
typedef struct {
    char text[76];
} limpid_shown;
limpid_shown limpid_show(const char *name);

bool limpid_utf8_valid(const char *text);

/* ---- tables of names ---- */

/* Names and what they stand for, sorted, so that hostile files cannot make look-ups slow. */
typedef struct {
    const char *name; /* borrowed */
    int kind, index;  /* the owner's business; in a sorted table equal names are ordered by these */
} limpid_name_row;

typedef struct {
    limpid_name_row *rows;
    size_t count, capacity;
} limpid_names;

limpid_status limpid_names_add(limpid_context *context, limpid_names *names, const char *name,
                               int kind, int index);
void limpid_names_sort(limpid_names *names);
/* The first row with this name, or NULL; rows with the same name follow it. */
const limpid_name_row *limpid_names_find(const limpid_names *names, const char *name);
/* After sorting: the first row whose predecessor has the same name, or NULL. */
const limpid_name_row *limpid_names_duplicate(const limpid_names *names);
void limpid_names_release(limpid_context *context, limpid_names *names);

/* ---- the seal ---- */

/* Files of limpid's own making carry their SHA-256 near their beginning: the marker
 * "limpid-sha256:" and 64 hexadecimal digits, which count as zeros in the sum. So a file that was
 * cut or altered is told from a good one, whatever else a reader would make of it; files of others
 * have no marker. */
#define LIMPID_SEAL_MARKER "limpid-sha256:"
#define LIMPID_SEAL_ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define LIMPID_SEAL_BLANK LIMPID_SEAL_MARKER LIMPID_SEAL_ZEROS
enum { LIMPID_SEAL_LENGTH = sizeof LIMPID_SEAL_BLANK - 1, LIMPID_SEAL_WITHIN = 512 };

/* OK when the file has no seal or the right one. `path` is for the message. */
limpid_status limpid_seal_check(limpid_context *context, const char *path, const uint8_t *bytes,
                                size_t size);

#endif
