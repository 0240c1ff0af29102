// SPDX-License-Identifier: MIT
/* test_onnx.c - every operator's every case through an ONNX file and back; the bytes of a small
 * model by the published schema; and what other programs write. */
#include "format/models.h"

static void through_a_file(limpid_context *context, const limpid_graph *graph)
{
    limpid_graph *back;
    assert_int_equal(limpid_graph_save(graph, context, "model.onnx"), LIMPID_OK);
    if (limpid_graph_load(&back, context, "model.onnx") != LIMPID_OK)
        fail_msg("%s", limpid_message(context));
    assert_same_graph(context, graph, back);
    limpid_graph_free(back);
}

/* A network of one operator: inputs of the shapes that a case gives, without their batch. */
static char *text_of_case(limpid_context *context, const limpid_op *op, const limpid_case *c)
{
    limpid_text text = { .context = context };
    int inputs = 0;
    for (const char *shape = c->inputs; *shape; inputs++) {
        size_t length = strcspn(shape, " "), batch = strcspn(shape, "x ");
        limpid_text_add(&text, "in%d: input", inputs);
        if (batch < length)
            limpid_text_add(&text, " shape=%.*s", (int)(length - batch - 1), shape + batch + 1);
        limpid_text_add(&text, "\n");
        shape += length + (shape[length] == ' ');
    }
    limpid_text_add(&text, "%s", op->name);
    for (int i = 0; i < inputs; i++)
        limpid_text_add(&text, " in%d", i);
    limpid_text_add(&text, " %s\n", c->attributes);
    assert_int_equal(text.status, LIMPID_OK);
    return text.data;
}

static void every_case_of_every_operator(void **state)
{
    limpid_context *context = *state;
    int cases = 0;
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        for (const limpid_case *c = (*op)->cases; (*op)->onnx.name && c->attributes; c++) {
            char *text = text_of_case(context, *op, c);
            limpid_graph *graph = parse(context, text);
            through_a_file(context, graph);
            limpid_graph_free(graph);
            limpid_release(context, text);
            cases++;
        }
    assert_true(cases > 20);
}

/* By how much first weights are scaled is no part of a model that has its weights. */
static void forget_gains(char *text)
{
    for (char *at; (at = strstr(text, " gain="));) {
        const char *rest = at + 1 + strcspn(at + 1, " \n");
        memmove(at, rest, strlen(rest) + 1);
    }
}

static void networks_names_and_notes(void **state)
{
    limpid_context *context = *state;
    static const char *const texts[] = {
        "input shape=3x8x8\nconv out=4 size=3\nrelu\nflatten\ndense out=5\nsoftmax\n",
        /* dense flattens by itself; relu1 here is not the first relu */
        "picture: input shape=3x8x8\nrelu2: relu\nrelu\nlayer1.0.conv1: conv out=4 size=3 "
        "bias=false\na: relu\nb: pool-max a size=2 stride=2\nc: pool-max a size=2 stride=2\nadd b "
        "c\ndense out=5\nrelu\ndense out=3 bias=false\n",
        "input shape=7\ndense out=3\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        limpid_graph *graph = parse(context, texts[i]);
        limpid_graph_set_note(graph, "classes", "zero\none \xc3\xa4 \"");
        limpid_graph_set_note(graph, "empty", "");
        through_a_file(context, graph);
        limpid_graph_free(graph);
    }
    for (const limpid_network *network = limpid_networks; network->name; network++) {
        limpid_graph *graph;
        char *text = limpid_copy_text(context, network->text);
        assert_non_null(text);
        forget_gains(text);
        assert_int_equal(limpid_graph_parse(&graph, context, text, network->name), LIMPID_OK);
        limpid_release(context, text);
        through_a_file(context, graph);
        limpid_graph_free(graph);
    }
}

/* Numbers are copied, not computed with. */
static void odd_numbers_survive(void **state)
{
    limpid_context *context = *state;
    static const uint32_t odd[6] = {
        0x80000000, 1, 0x7f800000, 0xff800000, 0x7fc12345, 0x00800000
    };
    limpid_graph *graph = parse(context, "input shape=3\ndense out=2 bias=false\n"), *back;
    limpid_parameter p, q;
    assert_true(limpid_graph_parameter(graph, 0, &p));
    memcpy(p.data, odd, sizeof odd);
    assert_int_equal(limpid_graph_save(graph, context, "model.onnx"), LIMPID_OK);
    assert_int_equal(limpid_graph_load(&back, context, "model.onnx"), LIMPID_OK);
    assert_true(limpid_graph_parameter(back, 0, &q));
    assert_memory_equal(q.data, odd, sizeof odd);
    limpid_graph_free(graph);
    limpid_graph_free(back);
}

static void losses_and_labels_stay_out(void **state)
{
    limpid_context *context = *state;
    const char *text = "input shape=1x4x4\nconv out=3 size=4\n";
    for (const limpid_op *const *op = limpid_ops; *op; op++) {
        if (!(*op)->loss)
            continue;
        limpid_graph *graph = parse(context, text), *plain = parse(context, text), *back;
        assert_int_equal(limpid_graph_add_loss(graph, (*op)->name), LIMPID_OK);
        assert_int_equal(limpid_graph_save(graph, context, "model.onnx"), LIMPID_OK);
        assert_int_equal(limpid_graph_load(&back, context, "model.onnx"), LIMPID_OK);
        assert_same_graph(context, plain, back);
        limpid_graph_free(graph);
        limpid_graph_free(plain);
        limpid_graph_free(back);
    }
}

/* The whole encoding of a small model, field by field of the published onnx.proto. */
static void bytes_are_the_published_schema(void **state)
{
    limpid_context *context = *state;
    static const char before[] = "\x08\x08"                /* ModelProto: ir_version 8 */
                                 "\x12\x06limpid"          /* producer_name */
                                 "\x1a\x05" LIMPID_VERSION /* producer_version */
                                 "\x32\x4elimpid-sha256:"; /* doc_string: the seal */
    static const char after[] =
        "\x3a\x78"                                 /* graph: GraphProto */
        "\x0a\x28"                                 /* node: NodeProto */
        "\x0a\x01x\x0a\x08y.weight"                /* input, input */
        "\x12\x01y\x1a\x01y\x22\x04Gemm"           /* output, name, op_type */
        "\x2a\x0d\x0a\x06transB"                   /* attribute: AttributeProto: name */
        "\x18\x01\xa0\x01\x02"                     /* i 1, type INT */
        "\x12\x04tiny"                             /* name */
        "\x2a\x1a"                                 /* initializer: TensorProto */
        "\x08\x01\x08\x02\x10\x01\x42\x08y.weight" /* dims 1 2, data_type FLOAT, name */
        "\x4a\x08\x00\x00\x80\x3f\x00\x00\x00\xc0" /* raw_data 1.0 -2.0 */
        "\x5a\x14\x0a\x01x"                        /* input: ValueInfoProto: name */
        "\x12\x0f\x0a\x0d\x08\x01"                 /* type: TypeProto: tensor_type: FLOAT */
        "\x12\x09\x0a\x03\x12\x01N"                /* shape: TensorShapeProto: dim: dim_param */
        "\x0a\x02\x08\x02"                         /* dim: dim_value 2 */
        "\x62\x14\x0a\x01y"                        /* output */
        "\x12\x0f\x0a\x0d\x08\x01\x12\x09\x0a\x03\x12\x01N\x0a\x02\x08\x01"
        "\x42\x04\x0a\x00\x10\x11"    /* opset_import: OperatorSetIdProto: domain "", 17 */
        "\x72\x06\x0a\x01k\x12\x01v"; /* metadata_props: StringStringEntryProto */
    limpid_graph *graph;
    limpid_parameter weight;
    assert_int_equal(limpid_graph_parse(&graph, context,
                                        "x: input shape=2\ny: dense out=1 bias=false\n", "tiny"),
                     LIMPID_OK);
    assert_true(limpid_graph_parameter(graph, 0, &weight));
    weight.data[0] = 1;
    weight.data[1] = -2;
    assert_int_equal(limpid_graph_set_note(graph, "k", "v"), LIMPID_OK);
    size_t size, start = sizeof before - 1;
    uint8_t *bytes = encode(context, graph, &size);
    assert_int_equal(size, start + 64 + sizeof after - 1);
    assert_memory_equal(bytes, before, start);
    assert_memory_equal(bytes + start + 64, after, sizeof after - 1);

    limpid_sha256 sha;
    char hex[65], found[65] = { 0 };
    memcpy(found, bytes + start, 64);
    memset(bytes + start, '0', 64);
    limpid_sha256_start(&sha);
    limpid_sha256_add(&sha, bytes, size);
    limpid_sha256_finish(&sha, hex);
    assert_string_equal(hex, found);
    free(bytes);
    limpid_graph_free(graph);
}

/* ---- what other programs write ---- */

#define NET "input shape=3x6x6\nconv out=4 size=3\nrelu\nflatten\ndense out=5\nsoftmax\n"

static void assert_reads_as(limpid_context *context, const onnx_model *model, const char *text)
{
    limpid_graph *graph;
    char *found;
    if (decode_model(context, model, &graph) != LIMPID_OK)
        fail_msg("%s", limpid_message(context));
    assert_int_equal(limpid_graph_print(graph, context, &found), LIMPID_OK);
    assert_string_equal(found, text);
    limpid_text_free(context, found);
    limpid_graph_free(graph);
}

static void without_attribute(onnx_node *node, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, name) != 0)
            node->attribute[kept++] = node->attribute[i];
    node->n_attribute = kept;
}

static void defaults_and_what_shapes_say(void **state)
{
    limpid_arena arena = { .context = *state };
    onnx_model *model = open_model(&arena, NET);
    onnx_node *conv = find_node(model, "Conv"), *dense = find_node(model, "Gemm");
    conv->n_attribute = 0; /* the window is as large as the weights are */
    conv->n_input = 2;     /* no bias */
    dense->input[2] = copy(&arena, "");
    without_attribute(find_node(model, "Softmax"), "axis");
    add_string(&arena, conv, "auto_pad", "NOTSET");
    add_int(&arena, dense, "transA", 0);
    add_int(&arena, find_node(model, "Flatten"), "axis", 1);
    assert_reads_as(*state, model,
                    "input shape=3x6x6\nconv out=4 size=3 bias=false\nrelu\nflatten\n"
                    "dense out=5 bias=false\nsoftmax\n");
    limpid_arena_release(&arena);
}

static void typed_numbers_and_old_versions(void **state)
{
    limpid_arena arena = { .context = *state };
    onnx_model *model = open_model(&arena, NET);
    onnx_graph *graph = model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++) {
        onnx_tensor *tensor = graph->initializer[i];
        tensor->n_float_data = tensor->raw_data.len / 4;
        tensor->float_data = (float *)(void *)tensor->raw_data.data;
        tensor->has_raw_data = false;
    }
    /* Until IR 3 initializers are inputs too; a fixed batch is a batch. */
    onnx_value_info **inputs = limpid_arena_take(&arena, graph->n_initializer + 1, sizeof *inputs);
    inputs[0] = graph->input[0];
    for (size_t i = 0; i < graph->n_initializer; i++) {
        inputs[i + 1] = limpid_arena_message(&arena, &limpid__onnx__value_info__descriptor);
        inputs[i + 1]->name = graph->initializer[i]->name;
    }
    graph->input = inputs;
    graph->n_input = graph->n_initializer + 1;
    onnx_dimension *batch = inputs[0]->type->tensor_type->shape->dim[0];
    batch->dim_param = NULL;
    batch->has_dim_value = true;
    batch->dim_value = 16;
    model->ir_version = 3;
    model->opset_import[0]->version = 7;
    model->opset_import[0]->domain = copy(&arena, "ai.onnx");
    assert_reads_as(*state, model, NET);
    limpid_arena_release(&arena);
}

/* Names are those of the results; what no output depends on is left out. */
static void foreign_names_and_dead_nodes(void **state)
{
    limpid_arena arena = { .context = *state };
    onnx_model *model = open_model(&arena, "input shape=3\nrelu\nrelu\ndense out=2\n");
    onnx_graph *graph = model->graph;
    graph->node[0]->name = NULL;
    graph->node[0]->output[0] = graph->node[1]->input[0] = copy(&arena, "/conv1/Relu_output_0");
    onnx_node *dead = graph->node[1];
    graph->node[2]->input[0] = graph->node[0]->output[0];
    dead->op_type = copy(&arena, "Scan");
    graph->input[0]->name = graph->node[0]->input[0] = copy(&arena, "x");
    graph->node[2]->output[0] = graph->output[0]->name = copy(&arena, "y");
    assert_reads_as(*state, model,
                    "x: input shape=3\n/conv1/Relu_output_0: relu\ny: dense "
                    "/conv1/Relu_output_0 dense1.weight dense1.bias out=2\n");
    limpid_arena_release(&arena);
}

/* Fields this schema does not have, of every kind, at the end of the model and inside the graph. */
static void unknown_fields_are_passed_over(void **state)
{
    limpid_context *context = *state;
    limpid_arena arena = { .context = context };
    static const char more[] = "\x3a\x1a"         /* more of the graph: */
                               "\xf8\x07\x85\x01" /* field 127, a number */
                               "\xf9\x07"
                               "12345678"        /* eight bytes */
                               "\xfa\x07\x03xyz" /* three */
                               "\xfd\x07"
                               "1234"                    /* four */
                               "\xca\x01\x04\x0a\x02hi"; /* functions of the model */
    limpid_graph *graph, *whole = parse(context, NET);
    size_t size;
    uint8_t *bytes = pack_model(open_model(&arena, NET), &size);
    uint8_t *longer = malloc(size + sizeof more - 1);
    memcpy(longer, bytes, size);
    memcpy(longer + size, more, sizeof more - 1);
    if (limpid_onnx_decode(&graph, context, "test.onnx", longer, size + sizeof more - 1) !=
        LIMPID_OK)
        fail_msg("%s", limpid_message(context));
    assert_same_graph(context, whole, graph);
    limpid_graph_free(graph);
    limpid_graph_free(whole);
    free(longer);
    free(bytes);
    limpid_arena_release(&arena);
}

/* A parameter that two nodes use becomes two: training would not keep them equal. */
static void shared_parameters_become_two(void **state)
{
    limpid_context *context = *state;
    limpid_arena arena = { .context = context };
    limpid_graph *graph;
    limpid_parameter first, second, bias;
    onnx_model *model =
        open_model(&arena, "input shape=3\na: dense out=3 bias=false\nb: dense out=3 bias=false\n");
    model->graph->node[1]->input[1] = model->graph->node[0]->input[1];
    assert_int_equal(decode_model(context, model, &graph), LIMPID_OK);
    assert_true(limpid_graph_parameter(graph, 0, &first));
    assert_true(limpid_graph_parameter(graph, 1, &second));
    assert_false(limpid_graph_parameter(graph, 2, &bias));
    assert_string_equal(first.name, "a.weight");
    assert_string_equal(second.name, "b.weight_"); /* b.weight itself is there, unused */
    assert_ptr_not_equal(first.data, second.data);
    assert_memory_equal(first.data, second.data, 9 * sizeof(float));
    limpid_graph_free(graph);
    limpid_arena_release(&arena);
}

static void meaning_by_opset(void **state)
{
    limpid_context *context = *state;
    limpid_arena arena = { .context = context };
    limpid_graph *graph;
    /* Negative axes count from the end; a silent node means the last, until 12 the second. */
    onnx_model *model = open_model(&arena, "input shape=3x4\nsoftmax axis=1\n");
    find_attribute(find_node(model, "Softmax"), "axis")->i = -1;
    assert_reads_as(context, model, "input shape=3x4\nsoftmax axis=2\n");
    find_attribute(find_node(model, "Softmax"), "axis")->i = -2;
    assert_reads_as(context, model, "input shape=3x4\nsoftmax\n");
    find_node(model, "Softmax")->n_attribute = 0;
    assert_reads_as(context, model, "input shape=3x4\nsoftmax axis=2\n");
    model->opset_import[0]->version = 12;
    assert_int_equal(decode_model(context, model, &graph), LIMPID_UNSUPPORTED);
    assert_told(context, "test.onnx", "over several dimensions");

    /* AveragePool knows dilations from 19 on: the file says the opset it needs. */
    model = open_model(&arena, "input shape=1x5x5\npool-average size=2 dilation=2\n");
    assert_int_equal(model->opset_import[0]->version, 19);
    model = open_model(&arena, "input shape=1x5x5\npool-average size=2\n");
    assert_int_equal(model->opset_import[0]->version, 17);
    for (size_t i = 0; i < find_node(model, "AveragePool")->n_attribute; i++)
        assert_string_not_equal(find_node(model, "AveragePool")->attribute[i]->name, "dilations");
    limpid_arena_release(&arena);
}

/* ---- paths ---- */

static void folders_text_and_absent_files(void **state)
{
    limpid_context *context = *state;
    limpid_graph *graph = parse(context, "input shape=2\nrelu\n"), *back;
    assert_int_equal(limpid_folder_make(context, "run"), LIMPID_OK);
    assert_int_equal(limpid_graph_save(graph, context, "run"), LIMPID_OK);
    assert_int_equal(access("run/model.onnx", R_OK), 0);
    assert_int_equal(limpid_graph_load(&back, context, "run"), LIMPID_OK);
    limpid_graph_free(back);
    unlink("run/model.onnx");
    assert_int_equal(limpid_graph_load(&back, context, "run"), LIMPID_BAD_FILE);
    assert_told(context, "run/model.onnx", "cannot be opened");
    rmdir("run");
    assert_int_equal(limpid_graph_save(graph, context, "absent/model.onnx"), LIMPID_FAILED);
    assert_told(context, "absent/model.onnx", "cannot be written");
    put_file("text.onnx", "conv out=20 size=5\n", 19);
    assert_int_equal(limpid_graph_load(&back, context, "text.onnx"), LIMPID_BAD_FILE);
    assert_told(context, "text.onnx", "is text");
    put_file("empty.onnx", "", 0);
    assert_int_equal(limpid_graph_load(&back, context, "empty.onnx"), LIMPID_BAD_FILE);
    assert_told(context, "empty.onnx", "no ONNX");
    limpid_graph_free(graph);
}

static void full_disk_keeps_the_old_model(void **state)
{
    limpid_context *context = *state;
    limpid_graph *small = parse(context, "input shape=2\ndense out=3\n"), *back;
    limpid_graph *large = parse(context, "input shape=100\ndense out=300\n");
    assert_int_equal(limpid_graph_save(small, context, "model.onnx"), LIMPID_OK);
    limit_file_size(4096);
    limpid_status status = limpid_graph_save(large, context, "model.onnx");
    limit_file_size(0);
    assert_int_equal(status, LIMPID_FAILED);
    assert_told(context, "model.onnx", "cannot be written");
    assert_int_equal(limpid_graph_load(&back, context, "model.onnx"), LIMPID_OK);
    assert_same_graph(context, small, back);
    limpid_graph_free(small);
    limpid_graph_free(large);
    limpid_graph_free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_every_operator),
        cmocka_unit_test(networks_names_and_notes),
        cmocka_unit_test(odd_numbers_survive),
        cmocka_unit_test(losses_and_labels_stay_out),
        cmocka_unit_test(bytes_are_the_published_schema),
        cmocka_unit_test(defaults_and_what_shapes_say),
        cmocka_unit_test(typed_numbers_and_old_versions),
        cmocka_unit_test(foreign_names_and_dead_nodes),
        cmocka_unit_test(unknown_fields_are_passed_over),
        cmocka_unit_test(shared_parameters_become_two),
        cmocka_unit_test(meaning_by_opset),
        cmocka_unit_test(folders_text_and_absent_files),
        cmocka_unit_test(full_disk_keeps_the_old_model),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
