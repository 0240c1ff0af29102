// SPDX-License-Identifier: MIT
/* safetensors.h - what writing and reading safetensors agree on; part of the inside of this room.
 */
#ifndef LIMPID_FORMAT_SAFETENSORS_H
#define LIMPID_FORMAT_SAFETENSORS_H

#define LIMPID_SAFETENSORS_METADATA "__metadata__"
#define LIMPID_SAFETENSORS_SEAL "seal" /* the note that holds the seal (inside.h) */
enum { LIMPID_SAFETENSORS_HEADER_MAX = 16 << 20 };

#endif
