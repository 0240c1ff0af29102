// SPDX-License-Identifier: MIT
#include <limpid.h>
#include <stdio.h>

int main(void)
{
    limpid_context *context = NULL;
    limpid_data *digits = NULL;
    limpid_graph *network = NULL;
    limpid_train_options options = limpid_train_defaults();
    options.epochs = 1;
    limpid_status status;
    if ((status = limpid_context_new(&context, NULL)) ||
        (status = limpid_data_open(&digits, context, "digits", "train")) ||
        (status = limpid_graph_builtin(&network, context, "lenet")) ||
        (status = limpid_train(network, context, digits, &options)) ||
        (status = limpid_graph_save(network, context, "digits.onnx")))
        fprintf(stderr, "%s\n", limpid_message(context));
    limpid_graph_free(network);
    limpid_data_close(digits);
    limpid_context_free(context);
    return limpid_exit_status(status);
}
