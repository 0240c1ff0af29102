// SPDX-License-Identifier: MIT
/* screen.c - what the two output streams can show, and text in the forms they need. */
#include <langinfo.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli.h"

static bool set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

static bool contains(const char *variable, const char *part)
{
    const char *value = getenv(variable);
    return value && strstr(value, part);
}

limpid_screen limpid_screen_of(FILE *stream)
{
    limpid_screen screen = { .terminal = isatty(fileno(stream)) == 1 };
    screen.unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    const char *term = getenv("TERM");
    screen.redraws = screen.terminal && term && *term && strcmp(term, "dumb") != 0;
    if (screen.redraws && !set("NO_COLOR")) {
        if (contains("COLORTERM", "truecolor") || contains("COLORTERM", "24bit"))
            screen.colours = 1 << 24;
        else if (contains("TERM", "256color"))
            screen.colours = 256;
    }
    return screen;
}

int limpid_screen_columns(FILE *stream)
{
    int64_t columns;
    const char *wanted = getenv("COLUMNS");
    if (wanted && limpid_parse_int(wanted, 1, 10000, &columns))
        return (int)columns;
    struct winsize window = { 0 };
    if (isatty(fileno(stream)) != 1)
        return INT_MAX;
    if (ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
        return window.ws_col;
    return 80;
}

limpid_status limpid_text_print(limpid_text *text)
{
    limpid_status status = text->status;
    if (status == LIMPID_OK && text->data &&
        (fwrite(text->data, 1, text->length, stdout) != text->length || fflush(stdout) != 0))
        status = limpid_fail(text->context, LIMPID_FAILED, "cannot write to standard output");
    limpid_release(text->context, text->data);
    *text = (limpid_text){ .context = text->context };
    return status;
}

void limpid_text_add_number(limpid_text *text, double number)
{
    if (isfinite(number))
        limpid_text_add(text, "%.9g", number);
    else
        limpid_text_add(text, "null");
}

void limpid_text_add_count(limpid_text *text, int64_t count)
{
    char digits[32];
    int length = snprintf(digits, sizeof(digits), "%lld", (long long)count);
    for (int i = 0; i < length; i++) {
        bool divide = i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-';
        limpid_text_add(text, "%s%c", divide ? "," : "", digits[i]);
    }
}

void limpid_text_add_quoted(limpid_text *text, const char *argument)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/._-+:,@%";
    if (*argument && argument[strspn(argument, plain)] == '\0') {
        limpid_text_add(text, "%s", argument);
        return;
    }
    limpid_text_add(text, "'");
    for (; *argument; argument++) {
        if (*argument == '\'')
            limpid_text_add(text, "'\\''");
        else
            limpid_text_add(text, "%c", *argument);
    }
    limpid_text_add(text, "'");
}

void limpid_text_add_time(limpid_text *text, double seconds)
{
    long long whole = seconds > 0 && seconds < 1e9 ? llround(seconds) : 0;
    if (whole >= 3600)
        limpid_text_add(text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        limpid_text_add(text, "%lld:%02lld", whole / 60, whole % 60);
}
