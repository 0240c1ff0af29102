// SPDX-License-Identifier: MIT
/* test_onnx_bad_graph.c - ONNX models that contradict themselves as a whole: versions, names,
 * order, inputs. */
#include "format/refuse.h"

/* ---- the model ---- */

static void no_graph(subject *s)
{
    s->model->graph = NULL;
}

static void no_version(subject *s)
{
    s->model->has_ir_version = false;
    s->model->ir_version = 0;
}

static void old_version(subject *s)
{
    s->model->ir_version = 2;
}

static void new_version(subject *s)
{
    s->model->ir_version = 15;
}

static void no_opset(subject *s)
{
    s->model->n_opset_import = 0;
}

static void foreign_opset(subject *s)
{
    s->model->opset_import[0]->domain = copy(s->arena, "com.example");
}

static void two_opsets(subject *s)
{
    onnx_opset **rows = limpid_arena_take(s->arena, 2, sizeof *rows);
    rows[0] = rows[1] = s->model->opset_import[0];
    s->model->opset_import = rows;
    s->model->n_opset_import = 2;
}

static void old_opset(subject *s)
{
    s->model->opset_import[0]->version = 6;
}

static void new_opset(subject *s)
{
    s->model->opset_import[0]->version = INT64_MAX;
}

static void negative_opset(subject *s)
{
    s->model->opset_import[0]->version = -17;
}

static void sparse(subject *s)
{
    s->graph->n_sparse_initializer = 1;
    s->graph->sparse_initializer =
        limpid_arena_take(s->arena, 1, sizeof *s->graph->sparse_initializer);
}

static void notes(subject *s, size_t count, const char *key, const char *value)
{
    s->model->n_metadata_props = count;
    s->model->metadata_props =
        limpid_arena_messages(s->arena, &limpid__onnx__entry__descriptor, count);
    for (size_t i = 0; i < count; i++) {
        s->model->metadata_props[i]->key = key ? copy(s->arena, key) : NULL;
        s->model->metadata_props[i]->value = copy(s->arena, value);
    }
}

static void note_twice(subject *s)
{
    notes(s, 2, "classes", "");
}

static void note_unnamed(subject *s)
{
    notes(s, 1, NULL, "");
}

static void note_not_utf8(subject *s)
{
    notes(s, 1, "classes", "\xf5");
}

static void notes_without_end(subject *s)
{
    notes(s, 4097, "classes", "");
}

/* ---- names and order ---- */

static void same_result(subject *s)
{
    find_node(s->model, "Relu")->output[0] = copy(s->arena, "c");
}

static void same_initializer(subject *s)
{
    s->graph->initializer[1]->name = copy(s->arena, s->graph->initializer[0]->name);
}

static void result_named_as_input(subject *s)
{
    find_node(s->model, "Relu")->output[0] = copy(s->arena, "x");
}

static void no_name(subject *s)
{
    s->graph->initializer[2]->name = NULL;
}

static void input_not_utf8(subject *s)
{
    s->graph->input[0]->name = copy(s->arena, "\xed\xa0\x80\n");
}

static void nothing_makes(subject *s)
{
    find_node(s->model, "Relu")->input[0] = copy(s->arena, "nowhere");
}

static void initializer_missing(subject *s)
{
    s->graph->n_initializer--;
}

static void own_input(subject *s)
{
    find_node(s->model, "Relu")->input[0] = copy(s->arena, "r");
}

static void cycle(subject *s)
{
    find_node(s->model, "MaxPool")->input[0] = copy(s->arena, "r");
}

static void out_of_order(subject *s)
{
    onnx_node *first = s->graph->node[0];
    s->graph->node[0] = s->graph->node[1];
    s->graph->node[1] = first;
}

static void no_outputs(subject *s)
{
    s->graph->n_output = 0;
}

static void unknown_output(subject *s)
{
    s->graph->output[0]->name = copy(s->arena, "elsewhere");
}

static void unnamed_output(subject *s)
{
    s->graph->output[0]->name = NULL;
}

static void output_twice(subject *s)
{
    onnx_value_info **rows = limpid_arena_take(s->arena, 2, sizeof *rows);
    rows[0] = rows[1] = s->graph->output[0];
    s->graph->output = rows;
    s->graph->n_output = 2;
}

static void output_is_input(subject *s)
{
    s->graph->output[0]->name = copy(s->arena, "x");
}

static void output_in_the_middle(subject *s)
{
    output_twice(s);
    s->graph->output[1] = limpid_arena_message(s->arena, &limpid__onnx__value_info__descriptor);
    s->graph->output[1]->name = copy(s->arena, "r");
}

static void nodes_without_end(subject *s)
{
    enum { NODES = 10001 };
    onnx_node *first = s->graph->node[0], *relu = find_node(s->model, "Relu");
    s->graph->node = limpid_arena_messages(s->arena, &limpid__onnx__node__descriptor, NODES);
    s->graph->n_node = NODES;
    for (int i = 0; i < NODES; i++) {
        onnx_node *node = s->graph->node[i];
        *node = *relu;
        node->input = limpid_arena_take(s->arena, 1, sizeof *node->input);
        node->output = limpid_arena_take(s->arena, 1, sizeof *node->output);
        node->input[0] = i ? s->graph->node[i - 1]->output[0] : first->input[0];
        node->output[0] = limpid_arena_format(s->arena, "value%d", i);
    }
    s->graph->output[0]->name = s->graph->node[NODES - 1]->output[0];
}

/* ---- inputs of the graph ---- */

static void input_without_type(subject *s)
{
    s->graph->input[0]->type = NULL;
}

static void input_without_shape(subject *s)
{
    s->graph->input[0]->type->tensor_type->shape = NULL;
}

static void input_of_integers(subject *s)
{
    s->graph->input[0]->type->tensor_type->elem_type = LIMPID__ONNX__TENSOR__DATA_TYPE__INT64;
}

static void input_of_nothing(subject *s)
{
    s->graph->input[0]->type->tensor_type->shape->n_dim = 0;
}

static onnx_dimension *height(const subject *s)
{
    return s->graph->input[0]->type->tensor_type->shape->dim[2];
}

static void open_height(subject *s)
{
    height(s)->has_dim_value = false;
    height(s)->dim_param = copy(s->arena, "height");
}

static void unknown_height(subject *s)
{
    height(s)->has_dim_value = false;
}

static void negative_height(subject *s)
{
    height(s)->dim_value = -6;
}

static void height_twice(subject *s)
{
    height(s)->dim_param = copy(s->arena, "height");
}

static void endless_height(subject *s)
{
    height(s)->dim_value = INT64_MAX;
}

static void long_height(subject *s)
{
    height(s)->dim_value = (int64_t)INT32_MAX + 1;
}

static const row rows[] = {
    { no_graph, LIMPID_BAD_FILE, "holds no graph" },
    { no_version, LIMPID_BAD_FILE, "holds no ONNX version" },
    { old_version, LIMPID_UNSUPPORTED, "IR version 2" },
    { new_version, LIMPID_UNSUPPORTED, "IR version 15" },
    { no_opset, LIMPID_BAD_FILE, "opset" },
    { foreign_opset, LIMPID_BAD_FILE, "does not say its opset" },
    { two_opsets, LIMPID_BAD_FILE, "opset twice" },
    { old_opset, LIMPID_UNSUPPORTED, "opset 6" },
    { new_opset, LIMPID_UNSUPPORTED, "opset 9223372036854775807" },
    { negative_opset, LIMPID_BAD_FILE, "opset" },
    { sparse, LIMPID_UNSUPPORTED, "sparse" },
    { note_twice, LIMPID_BAD_FILE, "'classes'" },
    { note_unnamed, LIMPID_BAD_FILE, "metadata" },
    { note_not_utf8, LIMPID_BAD_FILE, "'classes'" },
    { notes_without_end, LIMPID_BAD_FILE, "4097" },
    { same_result, LIMPID_BAD_FILE, "two values have the name 'c'" },
    { same_initializer, LIMPID_BAD_FILE, "two values have the name 'c.weight'" },
    { result_named_as_input, LIMPID_BAD_FILE, "two values have the name 'x'" },
    { no_name, LIMPID_BAD_FILE, "initializer 3 has no name" },
    { input_not_utf8, LIMPID_BAD_FILE, "is not UTF-8" },
    { nothing_makes, LIMPID_BAD_FILE, "node 'r' uses 'nowhere', which nothing makes" },
    { initializer_missing, LIMPID_BAD_FILE, "node 'd' uses 'd.bias', which nothing makes" },
    { own_input, LIMPID_BAD_FILE, "before it is made" },
    { cycle, LIMPID_BAD_FILE, "node 'p' uses 'r' before it is made" },
    { out_of_order, LIMPID_BAD_FILE, "node 'p' uses 'c' before it is made" },
    { no_outputs, LIMPID_BAD_FILE, "no outputs" },
    { unknown_output, LIMPID_BAD_FILE, "nothing makes the output 'elsewhere'" },
    { unnamed_output, LIMPID_BAD_FILE, "nothing makes the output" },
    { output_twice, LIMPID_BAD_FILE, "two outputs" },
    { output_is_input, LIMPID_UNSUPPORTED, "'x' is an input" },
    { output_in_the_middle, LIMPID_UNSUPPORTED, "an output that other nodes use too (node 'r')" },
    { nodes_without_end, LIMPID_UNSUPPORTED, "10001 nodes" },
    { input_without_type, LIMPID_BAD_FILE, "input 'x' has no shape" },
    { input_without_shape, LIMPID_BAD_FILE, "input 'x' has no shape" },
    { input_of_integers, LIMPID_UNSUPPORTED, "numbers of type INT64" },
    { input_of_nothing, LIMPID_BAD_FILE, "has 0 dimensions" },
    { open_height, LIMPID_UNSUPPORTED, "dimension 3 is 'height'" },
    { unknown_height, LIMPID_UNSUPPORTED, "dimension 3 is '?'" },
    { negative_height, LIMPID_BAD_FILE, "dimension 3 is -6" },
    { height_twice, LIMPID_BAD_FILE, "and a name too" },
    { endless_height, LIMPID_BAD_FILE, "more numbers than can be" },
    { long_height, LIMPID_BAD_FILE, "too large" },
};

static void each_is_refused(void **state)
{
    refuse_each(*state, rows, sizeof rows / sizeof rows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
