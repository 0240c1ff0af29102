// SPDX-License-Identifier: MIT
/* networks.c - the built-in networks: their text, and the recipe by which they are trained. */
#include <string.h>
#include "graph/graph.h"

const limpid_network limpid_networks[] = {
    { .name = "lenet",
      .summary = "MatConvNet's network for MNIST (after Y. LeCun et al., 1998)",
      /* Without ReLU between them, He's variance would double from convolution to convolution:
       * hence the gains. */
      .text = "input shape=1x28x28\n"
              "conv out=20 size=5 gain=0.35\n"
              "pool-max size=2 stride=2\n"
              "conv out=50 size=5 gain=0.35\n"
              "pool-max size=2 stride=2\n"
              "conv out=500 size=4\n"
              "relu\n"
              "conv out=10 size=1 gain=0.35\n"
              "flatten\n",
      .schedule = "one-cycle",
      .augment = "none",
      .batch = 100,
      .epochs = 10,
      .rate = 0.03,
      .momentum = 0.9,
      .decay = 5e-4 },
    { .name = "digits",
      .summary = "the default for digits: four convolutions, 28 to 112 filters",
      .text = "input shape=1x28x28\n"
              "conv out=28 size=5\n"
              "relu\n"
              "pool-max size=2 stride=2\n"
              "conv out=56 size=3 pad=1\n"
              "relu\n"
              "conv out=56 size=3\n"
              "relu\n"
              "pool-max size=2 stride=2\n"
              "conv out=112 size=3\n"
              "relu\n"
              "dense out=128\n"
              "relu\n"
              "dense out=10\n",
      .schedule = "one-cycle",
      .augment = "digits",
      .batch = 100,
      .epochs = 12,
      .rate = 0.05,
      .momentum = 0.9,
      .decay = 2e-4 },
    { 0 },
};

const limpid_network *limpid_network_find(const char *name)
{
    for (const limpid_network *network = limpid_networks; network->name; network++)
        if (strcmp(network->name, name) == 0)
            return network;
    return NULL;
}

limpid_status limpid_graph_builtin(limpid_graph **out, limpid_context *context, const char *name)
{
    const limpid_network *network = limpid_network_find(name);
    if (network)
        return limpid_graph_parse(out, context, network->text, network->name);
    const char *names[32];
    int count = 0;
    limpid_text list = { .context = context };
    for (network = limpid_networks; network->name && count < 32; network++) {
        limpid_text_add(&list, "%s%s", count ? ", " : "", network->name);
        names[count++] = network->name;
    }
    const char *near = limpid_nearest(name, names, count);
    limpid_status status =
        limpid_fail(context, LIMPID_USAGE, "there is no network '%s'%s%s%s; built in are %s", name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'" : "",
                    list.data ? list.data : "");
    limpid_release(context, list.data);
    return status;
}
