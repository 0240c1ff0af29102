// SPDX-License-Identifier: MIT
/* check.c - every equation of the note, a line each. */
#include <math.h>
#include "explain/explain.h"
#include "explain/formula.h"
#include "note/note.h"

typedef struct {
    const limpid_page_look *look;
    limpid_text *text;
} report;

static void colour(const report *r, const char *code)
{
    if (r->look->colours)
        limpid_text_add(r->text, "\033[%sm", code);
}

/* One line; on a narrow screen the title has one of its own. */
static void add_line(void *user, const note_finding *found)
{
    const report *r = user;
    char number[16];
    snprintf(number, sizeof(number), "(%s%d)", found->addition ? "A" : "", found->number);
    colour(r, found->verified ? "32" : "31");
    limpid_text_add(r->text, "%-5s %s", number, found->verified ? "verified" : "FAILS   ");
    colour(r, "0");
    limpid_text_add(r->text, "  %-8.2g of %.0e", found->difference, found->allowed);
    limpid_text_add(r->text, r->look->columns >= 72 ? "  " : "\n      ");
    limpid_text_add(r->text, "%s\n", found->title);
}

/* The same as an object of JSON, which has no infinity. */
static void add_object(void *user, const note_finding *found)
{
    limpid_text *text = ((const report *)user)->text;
    limpid_text_add(text, "{\"equation\":\"%s%d\",\"title\":", found->addition ? "A" : "",
                    found->number);
    limpid_text_add_json(text, found->title);
    limpid_text_add(text, ",\"difference\":");
    if (isfinite(found->difference))
        limpid_text_add(text, "%.9g", found->difference);
    else
        limpid_text_add(text, "null");
    limpid_text_add(text, ",\"allowed\":%.9g,\"verified\":%s}\n", found->allowed,
                    found->verified ? "true" : "false");
}

void limpid_explain_check(uint64_t seed, const limpid_page_look *look, limpid_text *text,
                          bool *verified)
{
    report r = { look, text };
    if (look)
        limpid_text_add(text, "Each equation on 20 random cases: the largest difference between "
                              "its two sides,\nand what is allowed.\n\n");
    note_tally tally = note_check(seed, look ? add_line : add_object, &r);
    if (look)
        limpid_text_add(text, "\n%d of %d equations verified, %d of %d additions\n",
                        tally.equations_verified, tally.equations, tally.additions_verified,
                        tally.additions);
    *verified =
        tally.equations_verified == tally.equations && tally.additions_verified == tally.additions;
}
