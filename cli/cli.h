// SPDX-License-Identifier: MIT
/* cli.h - the command `limpid`: verbs, their options, and how they speak to people and to machines.
 *
 * Results go to standard output, progress and complaints to standard error; each of the two is
 * looked at on its own when it comes to colour, width and redrawing. */
#ifndef LIMPID_CLI_H
#define LIMPID_CLI_H

#include <stdio.h>
#include "data/data.h"
#include "graph/graph.h"

/* ---- verbs and options: described once, read by the parser and by --help ---- */

typedef enum {
    LIMPID_OPTION_FLAG,  /* bool */
    LIMPID_OPTION_TEXT,  /* const char *, into the arguments of main */
    LIMPID_OPTION_COUNT, /* int64_t */
    LIMPID_OPTION_NUMBER /* double, finite */
} limpid_option_kind;

typedef struct {
    const char *name;     /* without the dashes */
    const char *argument; /* what help calls the value; NULL for a flag */
    limpid_option_kind kind;
    size_t offset;       /* of its member in the verb's settings */
    int64_t least, most; /* bounds of a COUNT or a NUMBER; INT64_MAX: none */
    const char *help;
} limpid_option;

typedef struct limpid_command limpid_command;

typedef struct {
    const char *name, *summary;
    const char *operands; /* for help: "MODEL IMAGE..." */
    int operands_least, operands_most;
    const limpid_option *options; /* ended by an option without name; at most 64 */
    const void *initial;          /* the settings before any option was read */
    size_t settings_size;
    const char *details;         /* paragraphs for --help, divided by newlines */
    const char *const *examples; /* command, then what it does, ...; ended by NULL */
    limpid_status (*run)(limpid_command *command);
} limpid_verb;

#define LIMPID_VERB(name) extern const limpid_verb limpid_verb_##name;
#include "verbs.def"
#undef LIMPID_VERB
extern const limpid_verb *const limpid_verbs[];     /* ended by NULL */
extern const limpid_option limpid_options_common[]; /* of every verb; offsets into limpid_command */

/* One call of the command. */
struct limpid_command {
    limpid_context *context;
    const limpid_verb *verb; /* NULL: none was named */
    int64_t threads, seed;
    bool json, help, version;
    void *settings; /* the verb's own struct */
    uint64_t given; /* bit i: option i of the verb was given */
    char **operands;
    int operand_count;
    bool complained; /* the failure that run returns has been printed already */
};

/* Reads the arguments into the command; what they ask for is not done yet. Operands are gathered at
 * the front of `arguments`. */
limpid_status limpid_command_parse(limpid_command *command, int count, char **arguments);
/* The page --help shows: of the verb, or of the whole command. */
void limpid_command_help(const limpid_command *command, int columns, limpid_text *text);
/* Prints "limpid VERB: " and the context's message to standard error. */
void limpid_command_complain(const limpid_command *command);

/* ---- output ---- */

/* Writes a finished text to standard output and releases it. */
limpid_status limpid_text_print(limpid_text *text);
/* A number JSON can hold; what is not finite becomes null. */
void limpid_text_add_number(limpid_text *text, double number);
/* 1234567 as "1,234,567". */
void limpid_text_add_count(limpid_text *text, int64_t count);
/* An argument as a shell would have to be given it. */
void limpid_text_add_quoted(limpid_text *text, const char *argument);

/* What a stream can show. */
typedef struct {
    bool terminal; /* someone is looking */
    bool redraws;  /* a line can be drawn again in place */
    bool unicode;  /* block characters arrive whole */
    int colours;   /* 0, 256 or 1 << 24 */
} limpid_screen;

limpid_screen limpid_screen_of(FILE *stream);
/* How many columns a line on the stream may take; INT_MAX when nobody sets a limit. Asked anew each
 * time, because windows change. */
int limpid_screen_columns(FILE *stream);

/* Appends the picture in lines of at most so many columns. */
limpid_status limpid_text_add_picture(limpid_text *text, const limpid_image *image,
                                      const limpid_screen *screen, int columns);

/* ---- networks ---- */

/* A built-in network by name, else an ONNX model (a folder or a file that ends in .onnx), else a
 * file of network text. */
limpid_status limpid_network_open(limpid_graph **out, limpid_context *context, const char *what);

/* What a node does: "conv out=20 size=5"; appended. */
void limpid_text_add_operator(limpid_text *text, const limpid_node_row *node);

/* The geometry of a value as seen from the network's input: cell i of an axis depends on the pixels
 * [start + i * step, start + i * step + size). size 0: on no picture at all. */
typedef struct {
    int64_t start, size, step;
} limpid_field_of_view;

/* What inspect and bench want to know of a node, for one sample. */
typedef struct {
    const limpid_node_row *node;
    limpid_shape shape; /* of its first result */
    int64_t parameters; /* numbers gradients change */
    int64_t state;      /* numbers training changes otherwise */
    int64_t multiply_adds;
    int64_t training_multiply_adds; /* forward, and backward where a gradient is wanted */
    int64_t bytes;                  /* of its results */
    limpid_field_of_view view[2];   /* down, across */
} limpid_layer;

/* A row for each node of the graph; release with limpid_release. */
limpid_status limpid_layers_list(limpid_context *context, const limpid_graph *graph,
                                 limpid_layer **out);

/* ---- the progress of training ---- */

typedef struct {
    limpid_context *context;
    limpid_screen screen;
    bool json;          /* epochs become JSON lines on standard output */
    int64_t first_step; /* where this process began, -1 before the first call */
    double drawn;       /* when the last line was drawn, in seconds of training */
    bool drawing;       /* a line without its newline is on the screen */
    bool stopping;
    limpid_progress last;
} limpid_meter;

/* Also catches the signals that ask for an end. */
void limpid_meter_start(limpid_meter *meter, limpid_context *context, bool json);
/* The callback of limpid_train; user is the meter. False once Ctrl-C was pressed. */
bool limpid_meter_show(void *user, const limpid_progress *progress);
/* Takes a half-drawn line off the screen. */
void limpid_meter_clear(limpid_meter *meter);
/* "0:07", "12:31", "3:05:10" */
void limpid_text_add_time(limpid_text *text, double seconds);

#endif
