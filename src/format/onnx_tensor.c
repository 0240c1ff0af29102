// SPDX-License-Identifier: MIT
/* onnx_tensor.c - the numbers and the shapes of an ONNX file, taken for hostile. */
#include <inttypes.h>
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

static const char *type_name(Limpid__Onnx__Tensor__DataType type)
{
    const ProtobufCEnumValue *row = protobuf_c_enum_descriptor_get_value(
        &limpid__onnx__tensor__data_type__descriptor, (int)type);
    return row ? row->name : "unknown";
}

static limpid_status check_storage(const limpid_onnx_reader *reader, const onnx_tensor *tensor)
{
    if (tensor->n_external_data ||
        (tensor->has_data_location &&
         tensor->data_location != LIMPID__ONNX__TENSOR__LOCATION__DEFAULT))
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: tensor %s keeps its numbers in a file of their own, which is not "
                           "supported; store the model with its weights in one file "
                           "(torch.onnx.export: external_data=False)",
                           reader->path, limpid_show(tensor->name).text);
    if (tensor->data_type != LIMPID__ONNX__TENSOR__DATA_TYPE__FLOAT)
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: tensor %s has numbers of type %s; parameters must be FLOAT",
                           reader->path, limpid_show(tensor->name).text,
                           type_name(tensor->data_type));
    return LIMPID_OK;
}

/* The bytes of a tensor's numbers, wherever they are. */
typedef struct {
    const void *bytes;
    size_t size;
    int places; /* in how many ways the tensor has numbers; good is 1 */
} numbers;

static numbers find_numbers(const limpid_onnx_reader *reader, const onnx_tensor *tensor)
{
    numbers n = { .places = tensor->has_raw_data + tensor->has_place + (tensor->n_float_data > 0) };
    limpid_onnx_place place;
    if (tensor->n_float_data) {
        n.bytes = tensor->float_data;
        n.size = tensor->n_float_data * sizeof(float);
    } else if (tensor->has_raw_data) {
        n.bytes = tensor->raw_data.data;
        n.size = tensor->raw_data.len;
    } else if (tensor->has_place && tensor->place.len == sizeof place) {
        memcpy(&place, tensor->place.data, sizeof place);
        n.bytes = reader->bytes + place.offset;
        n.size = (size_t)place.length;
    }
    return n;
}

limpid_status limpid_onnx_tensor_check(const limpid_onnx_reader *reader, const onnx_tensor *tensor,
                                       limpid_shape *shape)
{
    limpid_shown name = limpid_show(tensor->name);
    *shape = (limpid_shape){ 0 };
    LIMPID_TRY(check_storage(reader, tensor));
    if (tensor->n_dims > LIMPID_RANK_MAX)
        return limpid_onnx_bad(reader, "tensor %s has %zu dimensions; at most %d are possible",
                               name.text, tensor->n_dims, LIMPID_RANK_MAX);
    shape->rank = (int)tensor->n_dims;
    for (size_t d = 0; d < tensor->n_dims; d++) {
        shape->dim[d] = tensor->dims[d];
        if (shape->dim[d] < 1)
            return limpid_onnx_bad(reader, "tensor %s has a dimension of %" PRId64, name.text,
                                   shape->dim[d]);
    }
    size_t bytes;
    numbers n = find_numbers(reader, tensor);
    if (!limpid_shape_bytes(shape, &bytes))
        return limpid_onnx_bad(reader, "tensor %s has more numbers than can be: shape %s",
                               name.text, limpid_shape_print(shape).text);
    if (n.places > 1)
        return limpid_onnx_bad(reader, "tensor %s has its numbers twice", name.text);
    if (n.size != bytes)
        return limpid_onnx_bad(reader, "tensor %s of shape %s needs %zu bytes of numbers, has %zu",
                               name.text, limpid_shape_print(shape).text, bytes, n.size);
    return LIMPID_OK;
}

void limpid_onnx_tensor_copy(const limpid_onnx_reader *reader, const onnx_tensor *tensor,
                             float *data)
{
    numbers n = find_numbers(reader, tensor);
    memcpy(data, n.bytes, n.size);
}

static limpid_status read_dimension(const limpid_onnx_reader *reader, const char *name, size_t d,
                                    const onnx_dimension *dimension, int64_t *size)
{
    if (dimension->has_dim_value && (dimension->dim_value < 1 || dimension->dim_param))
        return limpid_onnx_bad(reader, "input %s: dimension %zu is %" PRId64 "%s",
                               limpid_show(name).text, d + 1, dimension->dim_value,
                               dimension->dim_param ? " and a name too" : "");
    if (d == 0) /* the batch, whatever the file calls it */
        *size = 1;
    else if (dimension->has_dim_value)
        *size = dimension->dim_value;
    else
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: input %s: dimension %zu is %s, not a number; only the first, the "
                           "batch, may be open",
                           reader->path, limpid_show(name).text, d + 1,
                           limpid_show(dimension->dim_param ? dimension->dim_param : "?").text);
    return LIMPID_OK;
}

limpid_status limpid_onnx_input_shape(const limpid_onnx_reader *reader,
                                      const onnx_value_info *input, limpid_shape *shape)
{
    limpid_shown name = limpid_show(input->name);
    const onnx_tensor_type *type = input->type ? input->type->tensor_type : NULL;
    if (!type || !type->shape)
        return limpid_onnx_bad(reader, "input %s has no shape", name.text);
    if (type->elem_type != LIMPID__ONNX__TENSOR__DATA_TYPE__FLOAT)
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: input %s has numbers of type %s; inputs must be FLOAT",
                           reader->path, name.text, type_name(type->elem_type));
    size_t rank = type->shape->n_dim;
    if (rank < 1 || rank > LIMPID_RANK_MAX)
        return limpid_onnx_bad(reader, "input %s has %zu dimensions; possible are 1 to %d",
                               name.text, rank, LIMPID_RANK_MAX);
    int64_t count;
    *shape = (limpid_shape){ .rank = (int)rank };
    for (size_t d = 0; d < rank; d++)
        LIMPID_TRY(read_dimension(reader, input->name, d, type->shape->dim[d], &shape->dim[d]));
    if (!limpid_shape_count(shape, &count))
        return limpid_onnx_bad(reader, "input %s has more numbers than can be: shape %s", name.text,
                               limpid_shape_print(shape).text);
    return LIMPID_OK;
}

#endif
