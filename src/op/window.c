// SPDX-License-Identifier: MIT
/* window.c - the geometry of sliding windows, shared by convolution and pooling (equation 46 with
 * padding and dilation): where the window does not fit, the plan fails and says by how much. */
#include "op/op.h"

/* Whether all cells of some window step over the picture, as those of a dilation wider than it may:
 * of the places a window's cells take, dilation apart, the first not negative one must lie inside.
 */
static bool steps_over(int64_t in, int64_t before, int64_t stride, int64_t dilation,
                       int64_t outputs)
{
    int64_t first = -1;
    for (int64_t i = 0; i < outputs && dilation > in; i++) {
        int64_t place = (i * stride - before) % dilation;
        place += place < 0 ? dilation : 0;
        if (place >= in)
            return true;
        if (place == first) /* from here on they repeat */
            return false;
        if (i == 0)
            first = place;
    }
    return false;
}

static limpid_status extent(const limpid_shaping *s, const limpid_window_attributes *a, int d,
                            bool covered, int64_t *out)
{
    static const char *const names[2] = { "height", "width" };
    int64_t in = s->in[0].dim[2 + d], before = a->pad[d], after = a->pad[2 + d], reach, padded;
    if (__builtin_mul_overflow(a->size[d] - 1, a->dilation[d], &reach) ||
        __builtin_add_overflow(in, before + after, &padded) || reach >= padded)
        return limpid_shape_fail(
            s, "a window of %s %lld, dilation %lld, does not fit into %lld%s%s", names[d],
            (long long)a->size[d], (long long)a->dilation[d], (long long)in,
            before + after ? " with its padding" : "", d == 0 ? " rows" : " columns");
    *out = (padded - reach - 1) / a->stride[d] + 1;
    if (covered && (before > reach || after > reach ||
                    steps_over(in, before, a->stride[d], a->dilation[d], *out)))
        return limpid_shape_fail(s,
                                 "padding %lld and %lld of the %s leaves windows of size %lld "
                                 "without a cell of the picture",
                                 (long long)before, (long long)after, names[d],
                                 (long long)a->size[d]);
    return LIMPID_OK;
}

limpid_status limpid_shape_window(limpid_shaping *s, const limpid_window_attributes *window,
                                  int64_t outputs, int64_t groups, bool covered)
{
    LIMPID_TRY(limpid_shape_rank(s, 0, 4));
    limpid_shape y = s->in[0];
    for (int d = 0; d < 2; d++)
        LIMPID_TRY(extent(s, window, d, covered, &y.dim[2 + d]));
    y.dim[1] = outputs;
    const limpid_tensor in = { .shape = s->in[0] }, out = { .shape = y };
    s->window = limpid_window_of(window, &in, &out, groups);
    s->out[0] = y;
    return LIMPID_OK;
}

limpid_window limpid_window_of(const limpid_window_attributes *window, const limpid_tensor *x,
                               const limpid_tensor *y, int64_t groups)
{
    limpid_window w = { .n = x->shape.dim[0],
                        .c = x->shape.dim[1],
                        .h = x->shape.dim[2],
                        .w = x->shape.dim[3],
                        .k = y->shape.dim[1],
                        .oh = y->shape.dim[2],
                        .ow = y->shape.dim[3],
                        .groups = groups };
    for (int d = 0; d < 2; d++) {
        w.size[d] = window->size[d];
        w.stride[d] = window->stride[d];
        w.dilation[d] = window->dilation[d];
        w.pad[d] = window->pad[d];
        w.pad[2 + d] = window->pad[2 + d];
    }
    return w;
}
