// SPDX-License-Identifier: MIT
/* main.c - reaches far enough into the library that every part of it gets linked. */
#include <limpid.h>
#include <stdio.h>

int main(void)
{
    limpid_context *context = NULL;
    limpid_graph *graph = NULL;
    limpid_status status = limpid_context_new(&context, NULL);
    if (status == LIMPID_OK)
        status = limpid_graph_builtin(&graph, context, "lenet");
    if (status == LIMPID_OK && limpid_graph_load(&graph, context, "absent.onnx") == LIMPID_OK)
        status = LIMPID_FAILED;
    if (status == LIMPID_OK)
        printf("limpid %s\n", limpid_version());
    else
        fprintf(stderr, "%s\n", limpid_message(context));
    limpid_graph_free(graph);
    limpid_context_free(context);
    return limpid_exit_status(status);
}
