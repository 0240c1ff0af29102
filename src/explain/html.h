// SPDX-License-Identifier: MIT
/* html.h - the style and the script every page carries inside; lines, ended by NULL. */
#ifndef LIMPID_EXPLAIN_HTML_H
#define LIMPID_EXPLAIN_HTML_H

extern const char *const limpid_page_style[];
extern const char *const limpid_page_script[];

#endif
