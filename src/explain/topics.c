// SPDX-License-Identifier: MIT
/* topics.c - the table of topics, and the example a topic is told with. */
#include <string.h>
#include "explain/topics.h"

const limpid_topic limpid_topics[] = {
#define TOPIC(id, name, takes, summary) { name, summary, takes, limpid_topic_write_##id },
#include "explain/topics.def"
#undef TOPIC
    { 0 },
};

const limpid_topic *limpid_topic_find(const char *name)
{
    for (const limpid_topic *topic = limpid_topics; topic->name; topic++)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}

static limpid_status refuse(const limpid_topic *topic, limpid_page *page, const char *option)
{
    return limpid_fail(page->context, LIMPID_USAGE,
                       "the topic %s has numbers of its own and takes no --%s", topic->name,
                       option);
}

limpid_status limpid_topic_write(const limpid_topic *topic, limpid_page *page,
                                 const limpid_own_example *own)
{
    if (own->input && !(topic->takes & LIMPID_TAKES_INPUT))
        return refuse(topic, page, "input");
    if (own->filter && !(topic->takes & LIMPID_TAKES_FILTER))
        return refuse(topic, page, "filter");
    if (own->stride > 0 && !(topic->takes & LIMPID_TAKES_WINDOW))
        return refuse(topic, page, "stride");
    if (own->pad >= 0 && !(topic->takes & LIMPID_TAKES_WINDOW))
        return refuse(topic, page, "pad");
    return topic->write(page, own);
}

/* ---- examples ---- */

static limpid_status choose(limpid_example *e, const limpid_own_example *own, const char *input,
                            const char *filter)
{
    limpid_context *context = e->page->context;
    LIMPID_TRY(limpid_matrix_read(context, "input", own->input ? own->input : input, e->s, &e->x));
    if (e->x.size[3] > 1)
        return limpid_fail(context, LIMPID_USAGE, "--input: '/' divides filters; an input is one");
    if (!filter)
        return LIMPID_OK;
    LIMPID_TRY(
        limpid_matrix_read(context, "filter", own->filter ? own->filter : filter, e->s, &e->f));
    if (e->f.size[2] != e->x.size[2])
        return limpid_fail(context, LIMPID_USAGE,
                           "the filter has %ld slices and the input %ld: they must have as many",
                           e->f.size[2], e->x.size[2]);
    long stride = own->stride > 0 ? (long)own->stride : 1, pad = own->pad > 0 ? (long)own->pad : 0;
    e->g = note_filter_window(e->f.size[0], e->f.size[1]);
    for (int i = 0; i < 4; i++) {
        e->g.stride[i % 2] = stride;
        e->g.pad[i] = pad;
    }
    e->simple = stride == 1 && pad == 0;
    if (note_out_size(e->g, 0, e->x.size[0]) < 1 || note_out_size(e->g, 1, e->x.size[1]) < 1)
        return limpid_fail(context, LIMPID_USAGE,
                           "a filter of %ld x %ld does not fit into an input of %ld x %ld",
                           e->f.size[0], e->f.size[1], e->x.size[0], e->x.size[1]);
    return LIMPID_OK;
}

limpid_status limpid_example_open(limpid_example *e, limpid_page *page,
                                  const limpid_own_example *own, const char *input,
                                  const char *filter)
{
    *e = (limpid_example){ .page = page, .s = note_sheet_new(1L << 26) };
    e->own = own->input || own->filter;
    if (!e->s)
        return limpid_fail(page->context, LIMPID_NO_MEMORY, "out of memory");
    limpid_status status = choose(e, own, input, filter);
    if (status != LIMPID_OK)
        note_sheet_free(e->s);
    return status;
}

limpid_status limpid_example_close(limpid_example *e)
{
    note_sheet_free(e->s);
    return limpid_page_status(e->page);
}

note_tensor limpid_example_matrix(limpid_example *e, const char *text)
{
    note_tensor x = { 0 };
    limpid_page_fail(e->page, limpid_matrix_read(e->page->context, "input", text, e->s, &x));
    return x;
}

note_tensor limpid_chosen_loss_z(note_sheet *s, note_tensor x, const void *with)
{
    const limpid_chosen_loss *loss = with;
    note_tensor y = loss->y(s, x, loss->with), z = note_vector(s, 1);
    if (!z.data || note_count(y) != note_count(loss->c))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(y); k++)
        z.data[0] += loss->c.data[k] * y.data[k];
    return z;
}

note_tensor limpid_example_derivative(limpid_example *e, note_tensor like)
{
    static const double pattern[] = { 1, 0, -1, 2, 1, -2, 3 };
    note_tensor dy = note_like(e->s, like);
    for (long k = 0; k < note_count(dy); k++)
        dy.data[k] = pattern[k % (long)(sizeof(pattern) / sizeof(*pattern))];
    return dy;
}

void limpid_example_say_sum(limpid_example *e, note_tensor y, note_place out)
{
    enum { TERMS = 9 };
    limpid_text sum = { .context = e->page->context };
    long Q = note_count(e->f) / e->f.size[3];
    for (long q = 0; q < Q && q < TERMS; q++) {
        note_place in = note_t(e->g, y.size[0], note_p(out.i, out.j, y.size[0]), q);
        double x = note_inside(e->x, in) ? e->x.data[note_index(e->x, in)] : 0;
        double f = e->f.data[out.d * Q + q];
        limpid_text_add(&sum, f < 0 ? "%s(%g)×%g" : "%s%g×%g", q ? " + " : "", f, x);
    }
    limpid_text_add(&sum, "%s = %g", Q > TERMS ? " + …" : "", y.data[note_index(y, out)]);
    limpid_page_say(e->page, "For example $y_{%ld,%ld,%ld}$ = %s.", out.i, out.j, out.d,
                    sum.data ? sum.data : "");
    limpid_release(sum.context, sum.data);
}
