// SPDX-License-Identifier: MIT
/* test_document.c - docs/network.md says what the operators' rows say, and what happens: its table
 * of operators is made here from the rows, its networks parse, its messages are those one gets.
 *
 * A comment on the line before a block tells what it is: <!-- network -->, <!-- network: NAME -->,
 * <!-- wrong --> (a network) and <!-- says --> (its message). */
#include "graph/support.h"

static char *document; /* the whole page */

static int read_document(void **state)
{
    limpid_context *context = new_context();
    const char *source = getenv("LIMPID_SOURCE");
    char path[4096];
    uint8_t *bytes;
    size_t size;
    (void)state;
    snprintf(path, sizeof path, "%s/docs/network.md", source ? source : ".");
    assert_ok(context, limpid_file_read(context, path, 1 << 20, &bytes, &size));
    document = strdup((char *)bytes);
    limpid_release(context, bytes);
    limpid_context_free(context);
    return document == NULL;
}

static int release_document(void **state)
{
    (void)state;
    free(document);
    return 0;
}

/* ---- the operators ---- */

static void describe_values(const limpid_field *f, limpid_text *page)
{
    switch (f->kind) {
    case LIMPID_FIELD_INT:
        limpid_text_add(page, "%s, %lld or more",
                        f->count == 1   ? "a number"
                        : f->count == 2 ? "1 or 2 numbers"
                                        : "1, 2 or 4 numbers",
                        (long long)f->least);
        break;
    case LIMPID_FIELD_BOOL:
        limpid_text_add(page, "`true` or `false`");
        break;
    case LIMPID_FIELD_FLOAT:
        limpid_text_add(page, "a number");
        break;
    case LIMPID_FIELD_CHOICE:
        for (int i = 0; f->choices[i]; i++)
            limpid_text_add(page, "%s`%s`", i ? " or " : "", f->choices[i]);
        break;
    case LIMPID_FIELD_SHAPE:
        limpid_text_add(page, "a shape");
        break;
    }
}

static void describe_default(const limpid_field *f, limpid_text *page)
{
    if (f->required)
        limpid_text_add(page, "must be given");
    else if (f->kind == LIMPID_FIELD_BOOL)
        limpid_text_add(page, "`%s`", f->initial > 0 ? "true" : "false");
    else if (f->kind == LIMPID_FIELD_CHOICE)
        limpid_text_add(page, "`%s`", f->choices[(int)f->initial]);
    else if (f->kind == LIMPID_FIELD_SHAPE)
        limpid_text_add(page, "`scalar`");
    else
        limpid_text_add(page, "`%g`", f->initial);
}

static void describe_roles(const limpid_op *op, limpid_text *page)
{
    for (int parameter = 0; parameter < 2; parameter++) {
        int shown = 0;
        for (const limpid_role *r = op->roles; r && r->name; r++)
            if (r->parameter == (parameter == 1))
                limpid_text_add(page, "%s`%s`%s%s",
                                shown++     ? ", "
                                : parameter ? "Parameters: "
                                            : "Inputs: ",
                                r->name, r->type == LIMPID_INT32 ? " (labels)" : "",
                                op->variadic && !r[1].name ? ", any number of them" : "");
        if (shown)
            limpid_text_add(page, ". ");
    }
    if (op->onnx.name)
        limpid_text_add(page, "In ONNX: `%s`. ", op->onnx.name);
    if (page->length && page->data[page->length - 1] == ' ')
        page->data[--page->length] = '\0';
}

static void describe_operator(const limpid_op *op, limpid_text *page)
{
    limpid_text_add(page, "### %s\n\n%s.", op->name, op->summary);
    if (op->roles || op->onnx.name)
        limpid_text_add(page, " ");
    describe_roles(op, page);
    limpid_text_add(page, "\n\n");
    if (!op->fields || !op->fields->name)
        return;
    limpid_text_add(page, "| attribute | values | default | meaning |\n|---|---|---|---|\n");
    for (const limpid_field *f = op->fields; f->name; f++) {
        limpid_text_add(page, "| `%s` | ", f->name);
        describe_values(f, page);
        limpid_text_add(page, " | ");
        describe_default(f, page);
        limpid_text_add(page, " | %s |\n", f->help);
    }
    limpid_text_add(page, "\n");
}

static void test_operators(void **state)
{
    static const char begin[] = "<!-- operators -->\n", end[] = "<!-- end of operators -->\n";
    limpid_context *context = new_context();
    limpid_text page = { .context = context };
    (void)state;
    limpid_text_add(&page, "\n");
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        describe_operator(*op, &page);
    assert_int_equal(page.status, LIMPID_OK);
    const char *from = strstr(document, begin), *to = strstr(document, end);
    assert_true(from && to);
    from += strlen(begin);
    if ((size_t)(to - from) != page.length || memcmp(from, page.data, page.length) != 0) {
        FILE *file = fopen("operators.md", "w");
        assert_non_null(file);
        fputs(page.data, file);
        fclose(file);
        fail_msg("the operators in docs/network.md are not those of the library; operators.md in "
                 "the folder of this test is what should stand there");
    }
    limpid_release(context, page.data);
    limpid_context_free(context);
}

/* ---- the blocks ---- */

/* The block behind a mark, in fresh memory, and where it ends; *argument gets what the mark says
 * behind its colon. NULL: there are no more. */
static char *next_block(const char **at, const char *mark, char argument[64])
{
    for (const char *line = *at; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t length = strlen(mark);
        if (strncmp(line, "<!-- ", 5) != 0 || strncmp(line + 5, mark, length) != 0 ||
            !strchr(": ", line[5 + length]))
            continue;
        argument[0] = '\0';
        sscanf(line + 5 + length, ": %63s", argument);
        const char *from = strstr(line, "```\n");
        assert_non_null(from);
        from += 4;
        const char *to = strstr(from, "```\n");
        assert_non_null(to);
        *at = to + 4;
        return strndup(from, (size_t)(to - from));
    }
    return NULL;
}

static void test_networks(void **state)
{
    limpid_context *context = new_context();
    const char *at = document;
    char name[64], *text;
    int count = 0, built_in = 0;
    (void)state;
    while ((text = next_block(&at, "network", name)) != NULL) {
        limpid_graph *graph = parse(context, text);
        if (*name) {
            const limpid_network *network = limpid_network_find(name);
            assert_non_null(network);
            assert_string_equal(text, network->text);
            built_in++;
        }
        limpid_graph_free(graph);
        free(text);
        count++;
    }
    assert_true(count >= 4 && built_in >= 1);
    limpid_context_free(context);
}

static void test_messages(void **state)
{
    limpid_context *context = new_context();
    const char *at = document;
    char none[64], *wrong;
    int count = 0;
    (void)state;
    while ((wrong = next_block(&at, "wrong", none)) != NULL) {
        limpid_graph *graph = NULL;
        char *says = next_block(&at, "says", none);
        assert_non_null(says);
        says[strcspn(says, "\n")] = '\0';
        assert_int_not_equal(limpid_graph_parse(&graph, context, wrong, "net.txt"), LIMPID_OK);
        if (strcmp(limpid_message(context), says) != 0)
            fail_msg("%s\nsays %s\nthe document says %s", wrong, limpid_message(context), says);
        free(wrong);
        free(says);
        count++;
    }
    assert_true(count >= 8);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, read_document, release_document);
}
