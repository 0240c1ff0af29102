// SPDX-License-Identifier: MIT
/* onnx_attributes.c - operators' attributes from and to ONNX, by the rows of fields (op.h).
 *
 * What an operator's rows do not tell, or a value outside a field's bounds, is not supported: the
 * node would mean something else. */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

typedef Limpid__Onnx__Attribute__Type attribute_type;
#define TYPE(name) LIMPID__ONNX__ATTRIBUTE__TYPE__##name

enum { ATTRIBUTES_MAX = 64 }; /* of a node; ONNX's own operators have at most 14 */

static const char *type_name(attribute_type type)
{
    const ProtobufCEnumValue *row =
        protobuf_c_enum_descriptor_get_value(&limpid__onnx__attribute__type__descriptor, (int)type);
    return row ? row->name : "unknown";
}

static attribute_type field_type(const limpid_field *field)
{
    switch (field->kind) {
    case LIMPID_FIELD_INT:
        return field->count == 1 ? TYPE(INT) : TYPE(INTS);
    case LIMPID_FIELD_BOOL:
        return TYPE(INT);
    case LIMPID_FIELD_FLOAT:
        return TYPE(FLOAT);
    case LIMPID_FIELD_CHOICE:
        return TYPE(STRING);
    case LIMPID_FIELD_SHAPE:
        return TYPE(INTS);
    }
    return TYPE(UNDEFINED);
}

static const limpid_field *find_field(const limpid_op *op, const char *onnx)
{
    for (const limpid_field *field = op->fields; field && field->name; field++)
        if (field->onnx && strcmp(field->onnx, onnx) == 0)
            return field;
    return NULL;
}

/* The last row of the kinds in `rules` (bits) that holds in this opset. */
static const limpid_onnx_attribute *find_row(const limpid_op *op, const char *onnx, unsigned rules,
                                             int opset)
{
    const limpid_onnx_attribute *last = NULL;
    for (const limpid_onnx_attribute *row = op->onnx.attributes; row && row->name; row++)
        if (rules & 1u << row->rule && row->since <= opset && strcmp(row->name, onnx) == 0)
            last = row;
    return last;
}

#define RULE(name) (1u << LIMPID_ONNX_##name)

/* ---- reading ---- */

/* A value as a message shows it. */
typedef struct {
    char text[96];
} shown_value;

static shown_value show_value(const onnx_attribute *a)
{
    shown_value shown = { "[" };
    char start[64] = { 0 };
    size_t used = 1, size = sizeof shown.text;
    switch ((int)a->type) {
    case TYPE(INT):
        snprintf(shown.text, size, "%" PRId64, a->i);
        break;
    case TYPE(FLOAT):
        snprintf(shown.text, size, "%g", (double)a->f);
        break;
    case TYPE(STRING):
        if (a->s.len)
            memcpy(start, a->s.data, a->s.len < sizeof start ? a->s.len : sizeof start - 1);
        snprintf(shown.text, size, "%s", limpid_show(start).text);
        break;
    case TYPE(INTS):
        for (size_t i = 0; i < a->n_ints && used < size - 24; i++)
            used += (size_t)snprintf(shown.text + used, size - used, "%s%" PRId64, i ? "," : "",
                                     a->ints[i]);
        memcpy(shown.text + used, "]", 2);
        break;
    default:
        snprintf(shown.text, size, "(%s)", type_name(a->type));
    }
    return shown;
}

static limpid_status refuse_value(limpid_onnx_reader *reader, const onnx_node *node,
                                  const onnx_attribute *a)
{
    return limpid_onnx_complain(reader, node, "%s with %s=%s", limpid_show(node->op_type).text,
                                limpid_show(a->name).text, show_value(a).text);
}

static bool fits_fixed(const onnx_attribute *a, const char *value)
{
    bool same = true;
    switch ((int)a->type) {
    case TYPE(INT):
        return a->i == strtoll(value, NULL, 10);
    case TYPE(FLOAT):
        return a->f == strtof(value, NULL);
    case TYPE(STRING):
        return a->s.len == strlen(value) && memcmp(a->s.data, value, a->s.len) == 0;
    case TYPE(INTS):
        for (size_t i = 0; i < a->n_ints; i++)
            same = same && a->ints[i] == strtoll(value, NULL, 10);
        return same;
    default:
        return false;
    }
}

static bool in_bounds(const limpid_field *field, const int64_t *numbers, size_t count)
{
    bool within = true;
    for (size_t i = 0; i < count; i++)
        within = within && numbers[i] >= field->least && numbers[i] <= field->most;
    return within;
}

static bool set_choice(const limpid_field *field, const onnx_attribute *a, int *to)
{
    for (int i = 0; field->choices[i]; i++)
        if (fits_fixed(a, field->choices[i])) {
            *to = i;
            return true;
        }
    return false;
}

/* False when the field cannot have this value. */
static bool set_field(const limpid_field *field, const onnx_attribute *a, char *at)
{
    limpid_shape shape = { .rank = (int)a->n_ints };
    switch (field->kind) {
    case LIMPID_FIELD_INT:
        if (field->count == 1
                ? !in_bounds(field, &a->i, 1)
                : a->n_ints != (size_t)field->count || !in_bounds(field, a->ints, a->n_ints))
            return false;
        memcpy(at, field->count == 1 ? &a->i : a->ints, (size_t)field->count * sizeof a->i);
        return true;
    case LIMPID_FIELD_BOOL:
        memcpy(at, &(bool){ a->i == 1 }, sizeof(bool));
        return a->i == 0 || a->i == 1;
    case LIMPID_FIELD_FLOAT:
        memcpy(at, &a->f, sizeof a->f);
        return isfinite(a->f);
    case LIMPID_FIELD_CHOICE:
        return set_choice(field, a, (int *)(void *)at);
    case LIMPID_FIELD_SHAPE:
        if (a->n_ints > LIMPID_RANK_MAX || !in_bounds(field, a->ints, a->n_ints))
            return false;
        for (size_t i = 0; i < a->n_ints; i++)
            shape.dim[i] = a->ints[i];
        memcpy(at, &shape, sizeof shape);
        return true;
    }
    return false;
}

static limpid_status read_one(limpid_onnx_reader *reader, const onnx_node *node,
                              const limpid_op *op, const onnx_attribute *a, void *attributes)
{
    bool good;
    const limpid_field *field = find_field(op, a->name);
    if (field && a->type != field_type(field))
        return limpid_onnx_bad(reader, "node %s: the attribute %s of %s is of type %s, not %s",
                               limpid_show(limpid_onnx_node_name(node)).text, field->onnx,
                               op->onnx.name, type_name(a->type), type_name(field_type(field)));
    if (field && find_row(op, a->name, RULE(AXIS), reader->opset)) {
        memcpy((char *)attributes + field->offset, &a->i, sizeof a->i);
        good = a->i >= -LIMPID_RANK_MAX && a->i < LIMPID_RANK_MAX;
    } else if (field)
        good = set_field(field, a, (char *)attributes + field->offset);
    else {
        const limpid_onnx_attribute *fixed =
            find_row(op, a->name, RULE(ONLY) | RULE(ALWAYS), reader->opset);
        good = fixed && fits_fixed(a, fixed->value);
    }
    return good ? LIMPID_OK : refuse_value(reader, node, a);
}

/* Until IR 2 an attribute had no type: the field that is there says it. */
static limpid_status check_type(const limpid_onnx_reader *reader, const onnx_node *node,
                                onnx_attribute *a)
{
    if (!a->name)
        return limpid_onnx_bad(reader, "node %s has an attribute without a name",
                               limpid_show(limpid_onnx_node_name(node)).text);
    if (a->type == TYPE(UNDEFINED))
        a->type = a->has_f    ? TYPE(FLOAT)
                  : a->has_i  ? TYPE(INT)
                  : a->has_s  ? TYPE(STRING)
                  : a->n_ints ? TYPE(INTS)
                              : TYPE(UNDEFINED);
    return LIMPID_OK;
}

static const onnx_attribute *find_attribute(const onnx_node *node, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(node->attribute[i]->name, name) == 0)
            return node->attribute[i];
    return NULL;
}

/* What the node means if it says nothing. */
static limpid_status start(const limpid_onnx_reader *reader, const limpid_op *op, void *attributes)
{
    limpid_attributes_initial(op, attributes);
    for (const limpid_onnx_attribute *row = op->onnx.attributes; row && row->name; row++) {
        if (row->since > reader->opset || !((RULE(SILENT) | RULE(AXIS)) & 1u << row->rule))
            continue;
        const limpid_field *field = find_field(op, row->name);
        int64_t axis;
        if (row->rule == LIMPID_ONNX_SILENT)
            LIMPID_TRY(
                limpid_attribute_parse(reader->context, op, attributes, field->name, row->value));
        else if (limpid_parse_int(row->value, -LIMPID_RANK_MAX, LIMPID_RANK_MAX, &axis))
            memcpy((char *)attributes + field->offset, &axis, sizeof axis);
    }
    return LIMPID_OK;
}

limpid_status limpid_onnx_attributes_read(limpid_onnx_reader *reader, const onnx_node *node,
                                          const limpid_op *op, void *attributes)
{
    const char *name = limpid_onnx_node_name(node);
    if (node->n_attribute > ATTRIBUTES_MAX)
        return limpid_onnx_bad(reader, "node %s has %zu attributes; at most %d are possible",
                               limpid_show(name).text, node->n_attribute, ATTRIBUTES_MAX);
    LIMPID_TRY(start(reader, op, attributes));
    for (size_t i = 0; i < node->n_attribute; i++) {
        onnx_attribute *a = node->attribute[i];
        LIMPID_TRY(check_type(reader, node, a));
        if (find_attribute(node, i, a->name))
            return limpid_onnx_bad(reader, "node %s has the attribute %s twice",
                                   limpid_show(name).text, limpid_show(a->name).text);
        LIMPID_TRY(read_one(reader, node, op, a, attributes));
    }
    for (const limpid_onnx_attribute *row = op->onnx.attributes; row && row->name; row++)
        if (row->rule == LIMPID_ONNX_ALWAYS && row->since <= reader->opset &&
            !find_attribute(node, node->n_attribute, row->name))
            LIMPID_TRY(limpid_onnx_complain(reader, node, "%s without %s=%s", op->onnx.name,
                                            row->name, row->value));
    return LIMPID_OK;
}

bool limpid_onnx_attributes_settle(const limpid_op *op, int rank, void *attributes)
{
    for (const limpid_onnx_attribute *row = op->onnx.attributes; row && row->name; row++) {
        if (row->rule != LIMPID_ONNX_AXIS)
            continue;
        int64_t axis;
        char *at = (char *)attributes + find_field(op, row->name)->offset;
        memcpy(&axis, at, sizeof axis);
        axis += axis < 0 ? rank : 0;
        if (axis < 0 || axis >= rank)
            return false;
        memcpy(at, &axis, sizeof axis);
    }
    return true;
}

/* ---- writing ---- */

static bool write_ints(limpid_arena *arena, const int64_t *numbers, size_t count, onnx_attribute *a)
{
    a->ints = limpid_arena_take(arena, count, sizeof *a->ints);
    a->n_ints = count;
    for (size_t i = 0; a->ints && i < count; i++)
        a->ints[i] = numbers[i];
    return a->ints;
}

static bool write_string(limpid_arena *arena, const char *text, onnx_attribute *a)
{
    a->has_s = true;
    a->s.data = (uint8_t *)limpid_arena_format(arena, "%s", text);
    a->s.len = strlen(text);
    return a->s.data;
}

static bool write_field(limpid_arena *arena, const limpid_field *field, const char *at,
                        onnx_attribute *a)
{
    a->name = limpid_arena_format(arena, "%s", field->onnx);
    a->has_type = true;
    a->type = field_type(field);
    a->has_i = a->type == TYPE(INT);
    a->has_f = a->type == TYPE(FLOAT);
    if (!a->name)
        return false;
    limpid_shape shape;
    int choice;
    bool flag;
    switch (field->kind) {
    case LIMPID_FIELD_INT:
        if (field->count > 1)
            return write_ints(arena, (const int64_t *)(const void *)at, (size_t)field->count, a);
        memcpy(&a->i, at, sizeof a->i);
        return true;
    case LIMPID_FIELD_BOOL:
        memcpy(&flag, at, sizeof flag);
        a->i = flag;
        return true;
    case LIMPID_FIELD_FLOAT:
        memcpy(&a->f, at, sizeof a->f);
        return true;
    case LIMPID_FIELD_CHOICE:
        memcpy(&choice, at, sizeof choice);
        return write_string(arena, field->choices[choice], a);
    case LIMPID_FIELD_SHAPE:
        memcpy(&shape, at, sizeof shape);
        return write_ints(arena, shape.dim, (size_t)shape.rank, a);
    }
    return false;
}

static bool write_fixed(limpid_arena *arena, const limpid_onnx_attribute *row, onnx_attribute *a)
{
    int64_t whole;
    double number;
    a->name = limpid_arena_format(arena, "%s", row->name);
    a->has_type = true;
    if (!a->name)
        return false;
    if (limpid_parse_int(row->value, INT64_MIN, INT64_MAX, &whole)) {
        a->type = TYPE(INT);
        a->has_i = true;
        a->i = whole;
    } else if (limpid_parse_float(row->value, &number)) {
        a->type = TYPE(FLOAT);
        a->has_f = true;
        a->f = (float)number;
    } else {
        a->type = TYPE(STRING);
        return write_string(arena, row->value, a);
    }
    return true;
}

static size_t field_bytes(const limpid_field *field)
{
    switch (field->kind) {
    case LIMPID_FIELD_INT:
        return (size_t)field->count * sizeof(int64_t);
    case LIMPID_FIELD_BOOL:
        return sizeof(bool);
    case LIMPID_FIELD_FLOAT:
        return sizeof(float);
    case LIMPID_FIELD_CHOICE:
        return sizeof(int);
    case LIMPID_FIELD_SHAPE:
        return sizeof(limpid_shape);
    }
    return 0;
}

limpid_status limpid_onnx_attributes_opset(limpid_arena *arena, const limpid_op *op,
                                           const void *attributes, int *opset)
{
    char *initial = limpid_arena_take(arena, 1, op->attributes_size);
    if (!initial)
        return LIMPID_NO_MEMORY;
    limpid_attributes_initial(op, initial);
    for (const limpid_field *field = op->fields; field && field->name; field++) {
        const limpid_onnx_attribute *row =
            field->onnx ? find_row(op, field->onnx, RULE(FROM), INT_MAX) : NULL;
        if (row && row->since > *opset &&
            memcmp((const char *)attributes + field->offset, initial + field->offset,
                   field_bytes(field)) != 0)
            *opset = row->since;
    }
    return LIMPID_OK;
}

limpid_status limpid_onnx_attributes_write(limpid_arena *arena, const limpid_op *op, int opset,
                                           const void *attributes, onnx_node *node)
{
    size_t most = 0;
    bool good = true;
    for (const limpid_field *field = op->fields; field && field->name; field++)
        most += field->onnx != NULL;
    for (const limpid_onnx_attribute *row = op->onnx.attributes; row && row->name; row++)
        most += row->rule == LIMPID_ONNX_ALWAYS;
    node->attribute = limpid_arena_messages(arena, &limpid__onnx__attribute__descriptor, most);
    if (!node->attribute)
        return LIMPID_NO_MEMORY;
    for (const limpid_field *field = op->fields; field && field->name; field++) {
        const limpid_onnx_attribute *from =
            field->onnx ? find_row(op, field->onnx, RULE(FROM), INT_MAX) : NULL;
        if (field->onnx && (!from || from->since <= opset))
            good = good && write_field(arena, field, (const char *)attributes + field->offset,
                                       node->attribute[node->n_attribute++]);
    }
    for (const limpid_onnx_attribute *row = op->onnx.attributes; row && row->name; row++)
        if (row->rule == LIMPID_ONNX_ALWAYS && row->since <= opset)
            good = good && write_fixed(arena, row, node->attribute[node->n_attribute++]);
    return good ? LIMPID_OK : LIMPID_NO_MEMORY;
}

#endif
