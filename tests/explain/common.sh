# SPDX-License-Identifier: MIT
# Sourced by the tests of `limpid explain`: each runs in a folder of its own and ends at the first thing
# that is not as it should be.
set -eu
limpid=$LIMPID_COMMAND
here=$LIMPID_SOURCE/tests/explain
export LC_ALL=C.UTF-8
unset COLUMNS NO_COLOR LIMPID_ISA || :
rm -rf ./*

wrong() {
    echo "wrong: $*"
    echo "--- standard output"
    tail -c 2000 out
    echo "--- standard error"
    head -c 2000 err
    exit 1
}

# explain STATUS ARGUMENT...: its output is in the files out and err afterwards; a failure is one sentence.
explain() {
    wanted=$1
    shift
    status=0
    "$limpid" explain "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || wrong "status $status, not $wanted: limpid explain $*"
    said=$(grep -c '' err || :)
    [ "$said" -eq "$((wanted > 0))" ] || wrong "$said lines of complaint: limpid explain $*"
}

# says WORD...: the complaint holds each of these.
says() {
    for word in "$@"; do
        grep -qF -- "$word" err || wrong "the complaint lacks \"$word\""
    done
}

# prints WORD...: standard output holds each of these.
prints() {
    for word in "$@"; do
        grep -qF -- "$word" out || wrong "standard output lacks \"$word\""
    done
}

topics() {
    "$limpid" explain | sed -n 's/^  \([a-z-]*\) .*/\1/p'
}
