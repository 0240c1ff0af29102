// SPDX-License-Identifier: MIT
/* progress.c - how a run is going: a bar redrawn in place on a terminal, a line every few seconds
 * elsewhere, a line at the end of each epoch in both.
 *
 * A narrow terminal gets fewer parts and shorter ones, never a line that wraps: a wrapped line
 * cannot be redrawn. */
#include <math.h>
#include <signal.h>
#include <time.h>
#include "cli.h"

static const double redraw_seconds = 0.1, line_seconds = 5;

/* A signal can reach nothing but a global. In milliseconds since some moment, never 0 once it is
 * set. */
static volatile sig_atomic_t stop_wanted;

enum { ONE_WISH = 300 }; /* milliseconds within which several signals mean the same wish */

/* The first signal asks for an orderly end, a later one ends the process at once. timeout(1) and
 * the like send a signal to the process and to its group, so that it arrives twice: that counts
 * once. */
static void want_stop(int number)
{
    struct timespec time = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &time);
    int now = (int)(time.tv_sec % 1000000) * 1000 + (int)(time.tv_nsec / 1000000) + 1;
    if (!stop_wanted)
        stop_wanted = now;
    else if (now < stop_wanted || now > stop_wanted + ONE_WISH) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

/* A signal that is ignored (nohup, background jobs of a script) stays so. */
static void catch_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        struct sigaction action = { .sa_handler = want_stop }, present;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        if (sigaction(signals[i], NULL, &present) == 0 && present.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

void limpid_meter_start(limpid_meter *meter, limpid_context *context, bool json)
{
    *meter = (limpid_meter){
        .context = context, .screen = limpid_screen_of(stderr), .json = json, .first_step = -1
    };
    if (meter->screen.redraws)
        meter->drawn = -redraw_seconds; /* the first step is shown at once */
    catch_signals();
}

void limpid_meter_clear(limpid_meter *meter)
{
    if (meter->drawing)
        fputs("\r\033[K", stderr);
    meter->drawing = false;
}

/* ---- the line ---- */

static double speed(const limpid_progress *p)
{
    return p->seconds > 0 ? (double)p->images / p->seconds : 0;
}

static double seconds_left(const limpid_meter *meter, const limpid_progress *p)
{
    double done = (double)(p->step - meter->first_step);
    return done > 0 ? p->seconds / done * (double)(p->steps - p->step) : 0;
}

enum { EPOCH, DONE, LOSS, ACCURACY, LEFT, SPEED, PARTS };

static void add_part(const limpid_meter *meter, const limpid_progress *p, int part, bool brief,
                     limpid_text *text)
{
    switch (part) {
    case EPOCH:
        limpid_text_add(text, "%s%lld/%lld", brief ? "" : "epoch ", (long long)p->epoch + 1,
                        (long long)p->epochs);
        break;
    case DONE:
        limpid_text_add(
            text, "%3.0f%%",
            floor(100 * (double)p->step_in_epoch / (double)limpid_max(p->steps_in_epoch, 1)));
        break;
    case LOSS:
        limpid_text_add(text, "loss %.4f", p->loss);
        break;
    case ACCURACY:
        limpid_text_add(text, "%s%5.2f %%", brief ? "" : "accuracy ", 100 * p->accuracy);
        break;
    case LEFT:
        limpid_text_add_time(text, seconds_left(meter, p));
        limpid_text_add(text, "%s", brief ? "" : " left");
        break;
    case SPEED:
        limpid_text_add_count(text, llround(speed(p)));
        limpid_text_add(text, " images/s");
        break;
    }
}

static void add_bar(const limpid_meter *meter, const limpid_progress *p, int width,
                    limpid_text *text)
{
    int full =
        (int)((double)width * (double)p->step_in_epoch / (double)limpid_max(p->steps_in_epoch, 1));
    for (int i = 0; i < width; i++)
        limpid_text_add(text, "%s",
                        meter->screen.unicode ? (i < full ? "█" : "░") : (i < full ? "#" : "-"));
}

/* As many parts as fit into the columns, the important ones first, and a bar in what room is left.
 */
static void compose(const limpid_meter *meter, const limpid_progress *p, int columns,
                    limpid_text *line)
{
    bool brief = columns < 64;
    int room = columns - 1; /* a full line makes some terminals wrap */
    int bar = room;
    bool fits[PARTS];
    limpid_text parts[PARTS];
    for (int i = 0; i < PARTS; i++) {
        parts[i] = (limpid_text){ .context = meter->context };
        add_part(meter, p, i, brief, &parts[i]);
        int width = (int)parts[i].length + (i > 0 ? 2 : 0);
        fits[i] = parts[i].status == LIMPID_OK && width <= bar;
        if (fits[i])
            bar -= width;
    }
    for (int i = 0; i < PARTS; i++) {
        if (fits[i])
            limpid_text_add(line, "%s%s", i > 0 ? "  " : "", parts[i].data);
        if (i == EPOCH && bar >= 8) {
            limpid_text_add(line, "  ");
            add_bar(meter, p, (int)limpid_min(bar - 2, 30), line);
        }
        limpid_release(meter->context, parts[i].data);
    }
}

static void draw(limpid_meter *meter, const limpid_progress *p)
{
    limpid_text line = { .context = meter->context };
    if (meter->screen.redraws) {
        compose(meter, p, limpid_screen_columns(stderr), &line);
        if (line.status == LIMPID_OK)
            fprintf(stderr, "\r%s\033[K", line.data);
        meter->drawing = true;
    } else {
        for (int i = 0; i < PARTS; i++) {
            limpid_text_add(&line, "%s", i > 0 ? "  " : "");
            add_part(meter, p, i, false, &line);
        }
        if (line.status == LIMPID_OK)
            fprintf(stderr, "%s\n", line.data);
    }
    fflush(stderr);
    limpid_release(meter->context, line.data);
    meter->drawn = p->seconds;
}

/* ---- the end of an epoch ---- */

static void epoch_json(const limpid_meter *meter, const limpid_progress *p)
{
    limpid_text line = { .context = meter->context };
    limpid_text_add(&line,
                    "{\"event\":\"epoch\",\"epoch\":%lld,\"epochs\":%lld,\"step\":%lld,\"loss\":",
                    (long long)p->epoch + 1, (long long)p->epochs, (long long)p->step);
    limpid_text_add_number(&line, p->loss);
    limpid_text_add(&line, ",\"accuracy\":");
    limpid_text_add_number(&line, p->accuracy);
    limpid_text_add(&line, ",\"rate\":");
    limpid_text_add_number(&line, p->rate);
    limpid_text_add(&line, ",\"images_per_second\":");
    limpid_text_add_number(&line, speed(p));
    limpid_text_add(&line, ",\"seconds\":");
    limpid_text_add_number(&line, p->seconds);
    limpid_text_add(&line, "}\n");
    (void)limpid_text_print(&line); /* main looks at the stream at the end */
}

static void epoch_line(limpid_meter *meter, const limpid_progress *p)
{
    static const int shown[] = { EPOCH, LOSS, ACCURACY, SPEED };
    int room = limpid_screen_columns(stderr);
    bool brief = room < 64;
    limpid_text line = { .context = meter->context };
    for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
        size_t before = line.length;
        limpid_text_add(&line, "%s", i > 0 ? "  " : "");
        add_part(meter, p, shown[i], brief, &line);
        if (line.status == LIMPID_OK && line.length > (size_t)room)
            line.data[line.length = before] = '\0';
    }
    if (line.status == LIMPID_OK)
        fprintf(stderr, "%s\n", line.data);
    limpid_release(meter->context, line.data);
    meter->drawn = p->seconds;
}

bool limpid_meter_show(void *user, const limpid_progress *progress)
{
    limpid_meter *meter = user;
    if (meter->first_step < 0)
        meter->first_step = progress->step - 1;
    meter->last = *progress;
    if (progress->epoch_ended) {
        limpid_meter_clear(meter);
        epoch_line(meter, progress);
        if (meter->json)
            epoch_json(meter, progress);
    } else if (progress->seconds - meter->drawn >=
               (meter->screen.redraws ? redraw_seconds : line_seconds))
        draw(meter, progress);
    if (stop_wanted && !meter->stopping) {
        limpid_meter_clear(meter);
        fprintf(stderr, "stopping after this step; once more ends at once, without saving\n");
        meter->stopping = true;
    }
    return !meter->stopping;
}
