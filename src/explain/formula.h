// SPDX-License-Identifier: MIT
/* formula.h - one markup for formulas, written as terminal text or as MathML.
 *
 *   x^l  y_{i,j}   superscript and subscript, of one character or of a group
 *   {a|b}          a fraction
 *   Σ_{..}^{..}    a sum with its bounds
 *   vec max        letters that touch are one word; single letters are variables
 *
 * Everything else stands for itself, in UTF-8. */
#ifndef LIMPID_EXPLAIN_FORMULA_H
#define LIMPID_EXPLAIN_FORMULA_H

#include "base/base.h"

/* unicode false: in ASCII alone. */
void limpid_formula_text(const char *markup, bool unicode, limpid_text *out);
/* The inside of a <math> element. */
void limpid_formula_mathml(const char *markup, limpid_text *out);

/* A sentence with formulas between dollar signs. */
void limpid_sentence_text(const char *sentence, bool unicode, limpid_text *out);
void limpid_sentence_html(const char *sentence, limpid_text *out);

/* Appends with & < > and quotes escaped. */
void limpid_text_add_escaped(limpid_text *out, const char *bytes, size_t length);

/* How many bytes the UTF-8 character at `text` has; at least 1, and never past the end. */
int limpid_character_bytes(const char *text);
/* How many columns a text takes. */
int limpid_text_columns(const char *text);

#endif
