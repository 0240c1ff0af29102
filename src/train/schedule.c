// SPDX-License-Identifier: MIT
/* schedule.c - how the learning rate changes over a run; one row each. */
#include <string.h>
#include "train/train.h"

static double constant(double done)
{
    (void)done;
    return 1;
}

/* Half a cosine wave, from 1 to 0 (I. Loshchilov, F. Hutter, 2017). */
static double cosine(double done)
{
    double s, c;
    limpid_sincos(3.141592653589793 * done, &s, &c);
    return (1 + c) / 2;
}

/* Up from a tenth over the first fifth, then down by half a cosine wave (after L. Smith, 2018). */
static double one_cycle(double done)
{
    const double up = 0.2;
    return done < up ? 0.1 + 0.9 * done / up : cosine((done - up) / (1 - up));
}

const limpid_schedule limpid_schedules[] = {
    { "constant", "always the same", constant },
    { "cosine", "falls from the rate to 0 along half a cosine wave", cosine },
    { "one-cycle", "rises from a tenth of the rate for a fifth of the run, then falls to 0",
      one_cycle },
    { 0 },
};

const limpid_schedule *limpid_schedule_find(const char *name)
{
    for (const limpid_schedule *s = limpid_schedules; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}
