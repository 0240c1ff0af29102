# SPDX-License-Identifier: MIT
# Each table and the folder it lists agree: a row for every description, a description for every row.
. "$(dirname "$0")/common.sh"

table() { # kind, table, folder
    defined=$(cat "$3"/*.c | sed -n "s/^const limpid_$1 limpid_$1_\\([a-z0-9_]*\\) *=.*/\\1/p" | sort)
    listed=$(sed -n "s/^ *LIMPID_[A-Z]*(\\([a-z0-9_]*\\)[,)].*/\\1/p" "$2" | sort)
    [ -n "$listed" ] || echo "$2: no rows" | complain
    for name in $defined; do
        echo "$listed" | grep -qx "$name" || echo "$2: no row for $1 $name" | complain
    done
    for name in $listed; do
        echo "$defined" | grep -qx "$name" || echo "$2: $3 describes no $1 $name" | complain
    done
}

table op src/op/ops.def src/op
table reader src/data/readers.def src/data
table augmenter src/data/augmenters.def src/data
table verb cli/verbs.def cli
finish "rows and descriptions that do not match"
