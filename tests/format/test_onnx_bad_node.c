// SPDX-License-Identifier: MIT
/* test_onnx_bad_node.c - ONNX models with nodes or parameters that contradict themselves, or ask
 * for what there is not. */
#include "format/refuse.h"

/* ---- operators and attributes ---- */

static void no_operator(subject *s)
{
    find_node(s->model, "Relu")->op_type = NULL;
}

static void three_unknown(subject *s)
{
    onnx_node *custom = find_node(s->model, "MaxPool");
    custom->domain = copy(s->arena, "com.example");
    find_node(s->model, "Relu")->op_type = copy(s->arena, "LSTM");
    find_node(s->model, "Softmax")->op_type = copy(s->arena, "LSTM");
}

static void unknown_attribute(subject *s)
{
    add_int(s->arena, find_node(s->model, "Conv"), "foo", 7);
}

static void same_padding(subject *s)
{
    add_string(s->arena, find_node(s->model, "Conv"), "auto_pad", "SAME_UPPER");
}

static void long_string(subject *s)
{
    char text[400];
    memset(text, '\n', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    add_string(s->arena, find_node(s->model, "Conv"), "auto_pad", text);
}

static void volume(subject *s)
{
    onnx_attribute *a = find_attribute(find_node(s->model, "Conv"), "kernel_shape");
    a->ints = limpid_arena_take(s->arena, 3, sizeof *a->ints);
    a->ints[0] = a->ints[1] = a->ints[2] = 3;
    a->n_ints = 3;
}

static void negative_padding(subject *s)
{
    find_attribute(find_node(s->model, "Conv"), "pads")->ints[2] = -1;
}

static void no_stride(subject *s)
{
    find_attribute(find_node(s->model, "MaxPool"), "strides")->ints[0] = 0;
}

static void huge_padding(subject *s)
{
    find_attribute(find_node(s->model, "Conv"), "pads")->ints[2] = INT64_MAX;
}

static void wrong_type(subject *s)
{
    find_attribute(find_node(s->model, "Conv"), "group")->type =
        LIMPID__ONNX__ATTRIBUTE__TYPE__STRING;
}

static void unnamed_attribute(subject *s)
{
    find_attribute(find_node(s->model, "Conv"), "group")->name = NULL;
}

static void attribute_twice(subject *s)
{
    add_int(s->arena, find_node(s->model, "Conv"), "group", 1);
}

static void attributes_without_end(subject *s)
{
    for (int i = 0; i < 65; i++)
        add_int(s->arena, find_node(s->model, "Relu"), "foo", 1);
}

static void not_transposed(subject *s)
{
    find_attribute(find_node(s->model, "Gemm"), "transB")->i = 0;
}

static void silently_not_transposed(subject *s)
{
    find_node(s->model, "Gemm")->n_attribute = 0;
}

static void scaled(subject *s)
{
    onnx_attribute *a = add_attribute(s->arena, find_node(s->model, "Gemm"), "alpha");
    a->type = LIMPID__ONNX__ATTRIBUTE__TYPE__FLOAT;
    a->has_f = true;
    a->f = 0.5f;
}

static void axis_outside(subject *s)
{
    find_attribute(find_node(s->model, "Softmax"), "axis")->i = -3;
}

static void axis_far_outside(subject *s)
{
    find_attribute(find_node(s->model, "Softmax"), "axis")->i = INT64_MIN;
}

/* ---- inputs and results of nodes ---- */

static void no_weight(subject *s)
{
    find_node(s->model, "Conv")->input[1] = copy(s->arena, "");
}

static void no_inputs(subject *s)
{
    find_node(s->model, "Relu")->n_input = 0;
}

static void computed_weight(subject *s)
{
    find_node(s->model, "Gemm")->input[1] = copy(s->arena, "r");
}

static void constant_input(subject *s)
{
    find_node(s->model, "MaxPool")->input[0] = copy(s->arena, "c.weight");
}

static void too_many_inputs(subject *s)
{
    onnx_node *relu = find_node(s->model, "Relu");
    relu->input = limpid_arena_take(s->arena, 2, sizeof *relu->input);
    relu->input[0] = relu->input[1] = copy(s->arena, "p");
    relu->n_input = 2;
}

static void second_result(subject *s)
{
    onnx_node *pool = find_node(s->model, "MaxPool");
    pool->output = limpid_arena_take(s->arena, 2, sizeof *pool->output);
    pool->output[0] = copy(s->arena, "p");
    pool->output[1] = copy(s->arena, "indices");
    pool->n_output = 2;
    find_node(s->model, "Relu")->input[0] = pool->output[1];
}

static void not_flattened(subject *s)
{
    find_node(s->model, "Gemm")->input[0] = copy(s->arena, "r");
}

static void wrong_weights(subject *s)
{
    int64_t *dims = s->graph->initializer[0]->dims; /* of the same numbers */
    dims[0] = 3;
    dims[1] = 4;
}

static void window_too_large(subject *s)
{
    s->graph->input[0]->type->tensor_type->shape->dim[2]->dim_value = 2;
}

/* ---- tensors ---- */

static void negative_dimension(subject *s)
{
    s->graph->initializer[0]->dims[1] = -3;
}

static void zero_dimension(subject *s)
{
    s->graph->initializer[0]->dims[1] = 0;
    s->graph->initializer[0]->raw_data.len = 0;
}

static void billions(subject *s)
{
    s->graph->initializer[0]->dims[0] = 4000000000;
}

static void overflow(subject *s)
{
    s->graph->initializer[0]->dims[0] = INT64_MAX;
}

static void too_many_dimensions(subject *s)
{
    onnx_tensor *tensor = s->graph->initializer[0];
    tensor->dims = limpid_arena_take(s->arena, 9, sizeof *tensor->dims);
    tensor->n_dims = 9;
}

static void numbers_missing(subject *s)
{
    s->graph->initializer[0]->raw_data.len -= 4;
}

static void no_numbers(subject *s)
{
    s->graph->initializer[0]->has_raw_data = false;
}

static void numbers_twice(subject *s)
{
    onnx_tensor *tensor = s->graph->initializer[0];
    tensor->n_float_data = tensor->raw_data.len / 4;
    tensor->float_data = limpid_arena_take(s->arena, tensor->n_float_data, 4);
}

static void doubles(subject *s)
{
    s->graph->initializer[0]->data_type = LIMPID__ONNX__TENSOR__DATA_TYPE__DOUBLE;
}

static void external(subject *s)
{
    onnx_tensor *tensor = s->graph->initializer[0];
    tensor->external_data = limpid_arena_messages(s->arena, &limpid__onnx__entry__descriptor, 1);
    tensor->n_external_data = 1;
    tensor->external_data[0]->key = copy(s->arena, "location");
    tensor->external_data[0]->value = copy(s->arena, "../../../etc/passwd");
    tensor->has_raw_data = false;
    tensor->has_data_location = true;
    tensor->data_location = LIMPID__ONNX__TENSOR__LOCATION__EXTERNAL;
}

static const row rows[] = {
    { no_operator, LIMPID_BAD_FILE, "node 'r' has no operator" },
    { three_unknown, LIMPID_UNSUPPORTED,
      "'com.example'::'MaxPool' (node 'p'), 'LSTM' (node 'r' and 1 more)" },
    { unknown_attribute, LIMPID_UNSUPPORTED, "'Conv' with 'foo'=7 (node 'c')" },
    { same_padding, LIMPID_UNSUPPORTED, "'auto_pad'='SAME_UPPER'" },
    { long_string, LIMPID_UNSUPPORTED, "'auto_pad'='?" },
    { volume, LIMPID_UNSUPPORTED, "'kernel_shape'=[3,3,3]" },
    { negative_padding, LIMPID_UNSUPPORTED, "'pads'=[0,0,-1,0]" },
    { no_stride, LIMPID_UNSUPPORTED, "'MaxPool' with 'strides'=[0,1]" },
    { huge_padding, LIMPID_UNSUPPORTED, "'pads'=[0,0,9223372036854775807,0]" },
    { wrong_type, LIMPID_BAD_FILE, "the attribute group of Conv is of type STRING, not INT" },
    { unnamed_attribute, LIMPID_BAD_FILE, "attribute without a name" },
    { attribute_twice, LIMPID_BAD_FILE, "the attribute 'group' twice" },
    { attributes_without_end, LIMPID_BAD_FILE, "65 attributes" },
    { not_transposed, LIMPID_UNSUPPORTED, "'Gemm' with 'transB'=0" },
    { silently_not_transposed, LIMPID_UNSUPPORTED, "Gemm without transB=1" },
    { scaled, LIMPID_UNSUPPORTED, "'alpha'=0.5" },
    { axis_outside, LIMPID_BAD_SHAPE, "an axis lies outside" },
    { axis_far_outside, LIMPID_UNSUPPORTED, "'axis'=-9223372036854775808" },
    { no_weight, LIMPID_BAD_FILE, "node 'c': Conv has no input 2 (weight)" },
    { no_inputs, LIMPID_BAD_FILE, "node 'r': Relu has no input 1 (x)" },
    { computed_weight, LIMPID_UNSUPPORTED, "Gemm whose weight is computed (node 'd')" },
    { constant_input, LIMPID_UNSUPPORTED, "MaxPool whose x is a constant (node 'p')" },
    { too_many_inputs, LIMPID_UNSUPPORTED, "Relu with 2 inputs" },
    { second_result, LIMPID_UNSUPPORTED, "MaxPool with result 2 (node 'p')" },
    { not_flattened, LIMPID_BAD_SHAPE, "4 dimensions; expected are 2" },
    { wrong_weights, LIMPID_BAD_SHAPE, "c (conv)" },
    { window_too_large, LIMPID_BAD_SHAPE, "c (conv)" },
    { negative_dimension, LIMPID_BAD_FILE, "'c.weight' has a dimension of -3" },
    { zero_dimension, LIMPID_BAD_FILE, "'c.weight' has a dimension of 0" },
    { billions, LIMPID_BAD_FILE, "'c.weight' of shape 4000000000x3x3x3 needs" },
    { overflow, LIMPID_BAD_FILE, "more numbers than can be" },
    { too_many_dimensions, LIMPID_BAD_FILE, "has 9 dimensions" },
    { numbers_missing, LIMPID_BAD_FILE, "needs 432 bytes of numbers, has 428" },
    { no_numbers, LIMPID_BAD_FILE, "needs 432 bytes of numbers, has 0" },
    { numbers_twice, LIMPID_BAD_FILE, "has its numbers twice" },
    { doubles, LIMPID_UNSUPPORTED, "numbers of type DOUBLE" },
    { external, LIMPID_UNSUPPORTED, "'c.weight' keeps its numbers in a file of their own" },
};

static void each_is_refused(void **state)
{
    refuse_each(*state, rows, sizeof rows / sizeof rows[0]);
}

/* However many things are not supported, the message names what fits and counts the rest. */
static void many_complaints_fit(void **state)
{
    limpid_context *context = *state;
    limpid_arena arena = { .context = context };
    limpid_text text = { .context = context };
    limpid_text_add(&text, "input shape=2\n");
    for (int i = 0; i < 100; i++)
        limpid_text_add(&text, "relu\n");
    onnx_model *model = open_model(&arena, text.data);
    limpid_graph *graph = NULL;
    for (int i = 0; i < 100; i++)
        model->graph->node[i]->op_type = limpid_arena_format(&arena, "Unheard-of-%d", i / 2);
    assert_int_equal(decode_model(context, model, &graph), LIMPID_UNSUPPORTED);
    assert_told(context, "test.onnx", "'Unheard-of-0' (node 'relu1' and 1 more), 'Unheard-of-1'");
    assert_told(context, "test.onnx", "and something else in ");
    assert_true(strlen(limpid_message(context)) < 1000);
    limpid_release(context, text.data);
    limpid_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused),
        cmocka_unit_test(many_complaints_fit),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
