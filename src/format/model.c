// SPDX-License-Identifier: MIT
/* model.c - models by path: an ONNX file, or the folder of a run, whose model is in model.onnx. */
#include "format/format.h"

/* The file that a path means, in fresh memory. */
static char *model_file(limpid_context *context, const char *path)
{
    return limpid_is_folder(path) ? limpid_path_join(context, path, LIMPID_MODEL_FILE)
                                  : limpid_copy_text(context, path);
}

limpid_status limpid_graph_load(limpid_graph **out, limpid_context *context, const char *path)
{
    char *file = model_file(context, path);
    if (!file)
        return LIMPID_NO_MEMORY;
    limpid_status status = limpid_onnx_read(out, context, file);
    limpid_release(context, file);
    return status;
}

limpid_status limpid_graph_save(const limpid_graph *graph, limpid_context *context,
                                const char *path)
{
    char *file = model_file(context, path);
    if (!file)
        return LIMPID_NO_MEMORY;
    limpid_status status = limpid_onnx_write(graph, context, file);
    limpid_release(context, file);
    return status;
}
