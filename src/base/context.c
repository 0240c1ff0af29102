// SPDX-License-Identifier: MIT
/* context.c - what every call of the library hangs on: settings, memory, the last message. */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

static const struct {
    int exit;
    const char *text;
} statuses[] = {
#define X(name, exit, text) { exit, text },
    LIMPID_STATUS(X)
#undef X
};

static bool known(limpid_status status)
{
    return (size_t)status < sizeof statuses / sizeof *statuses;
}

const char *limpid_status_text(limpid_status status)
{
    return known(status) ? statuses[status].text : "an unknown status";
}

int limpid_exit_status(limpid_status status)
{
    return known(status) ? statuses[status].exit : 1;
}

const char *limpid_version(void)
{
    return LIMPID_VERSION;
}

static int processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

/* LIMPID_ISA forces a lower set than the processor has; a higher one is refused, not emulated. */
static limpid_status choose_isa(limpid_context *context)
{
    context->isa = LIMPID_ISA_generic;
    for (int i = 0; i < LIMPID_ISA_COUNT; i++)
        if (limpid_isa_available((limpid_isa_kind)i))
            context->isa = (limpid_isa_kind)i;
    const char *forced = getenv("LIMPID_ISA");
    if (!forced || !*forced)
        return LIMPID_OK;
    for (int i = 0; i < LIMPID_ISA_COUNT; i++)
        if (strcmp(forced, limpid_isa_name((limpid_isa_kind)i)) == 0) {
            if (!limpid_isa_available((limpid_isa_kind)i))
                return limpid_fail(context, LIMPID_UNSUPPORTED,
                                   "LIMPID_ISA=%s: this processor has no %s; the best here is %s",
                                   forced, forced, limpid_isa_name(context->isa));
            context->isa = (limpid_isa_kind)i;
            return LIMPID_OK;
        }
    limpid_text names = { .context = context };
#define X(name) limpid_text_add(&names, "%s" #name, names.length ? ", " : "");
    LIMPID_ISAS(X)
#undef X
    limpid_status status =
        limpid_fail(context, LIMPID_USAGE, "LIMPID_ISA=%s is no instruction set; known are %s",
                    forced, names.data ? names.data : "");
    limpid_release(context, names.data);
    return status;
}

limpid_status limpid_context_new(limpid_context **out, const limpid_options *options)
{
    limpid_options chosen = { 0 };
    if (options)
        chosen = *options;
    /* Half an allocator is refused below, in a context that must not depend on it. */
    bool whole = !chosen.allocate == !chosen.release;
    if (!whole)
        chosen.allocate = NULL, chosen.release = NULL;
    limpid_context *context =
        chosen.allocate ? chosen.allocate(chosen.user, sizeof *context) : malloc(sizeof *context);
    if (!context)
        return LIMPID_NO_MEMORY;
    *context = (limpid_context){ .options = chosen, .threads = chosen.threads };
    *out = context;
    if (!whole)
        return limpid_fail(context, LIMPID_USAGE,
                           "options: allocate and release come together, one of them is NULL");
    if (context->threads < 0 || context->threads > LIMPID_THREADS_MAX)
        return limpid_fail(context, LIMPID_USAGE, "options: %d threads; allowed are 0 to %d",
                           context->threads, LIMPID_THREADS_MAX);
    if (context->threads == 0)
        context->threads = (int)limpid_min(processors(), LIMPID_THREADS_MAX);
    return choose_isa(context);
}

void limpid_context_free(limpid_context *context)
{
    if (context && context->options.release)
        context->options.release(context->options.user, context);
    else
        free(context);
}

const char *limpid_message(const limpid_context *context)
{
    return context ? context->message : "no memory for a context";
}

const char *limpid_isa(const limpid_context *context)
{
    return limpid_isa_name(context->isa);
}

int limpid_threads(const limpid_context *context)
{
    return context->threads;
}

limpid_status limpid_fail(limpid_context *context, limpid_status status, const char *format, ...)
{
    char text[sizeof context->message]; /* the arguments may point into the old message */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    memcpy(context->message, text, sizeof text);
    return status;
}
