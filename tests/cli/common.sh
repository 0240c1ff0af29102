# SPDX-License-Identifier: MIT
# Sourced by the tests of the command: $1 is the helper program (tools.c). Each test runs in a folder of its
# own, which it empties first. A test ends at the first thing that is not as it should be, and says so.
set -eu
tools=$1
limpid=$LIMPID_COMMAND
export LC_ALL=C
unset COLUMNS NO_COLOR LIMPID_ISA
rm -rf ./*

# Something is wrong: says what, and shows what the command wrote.
wrong() {
    echo "wrong: $*"
    echo "--- standard output"
    head -c 2000 out
    echo "--- standard error"
    head -c 2000 err
    exit 1
}

# expect STATUS ARGUMENT...: runs the command; its output is in the files out and err afterwards.
expect() {
    wanted=$1
    shift
    status=0
    "$limpid" "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$wanted" ] || wrong "status $status, not $wanted: limpid $*"
    said=$(grep -c '^limpid' err || :)
    case $wanted in
    0 | 130) [ "$said" -eq 0 ] || wrong "a complaint, and status $status: limpid $*" ;;
    *) [ "$said" -eq 1 ] || wrong "$said complaints, not 1: limpid $*" ;;
    esac
}

# says WORD...: the complaint holds each of these.
says() {
    for word in "$@"; do
        grep '^limpid' err | grep -qF -- "$word" || wrong "the complaint lacks \"$word\""
    done
}

# prints WORD...: standard output holds each of these.
prints() {
    for word in "$@"; do
        grep -qF -- "$word" out || wrong "standard output lacks \"$word\""
    done
}

# same WHAT ONE OTHER
same() {
    [ "$2" = "$3" ] || wrong "$1: \"$2\" is not \"$3\""
}

# The digest of a model.
digest() {
    "$limpid" digest "$1" 2>err || wrong "limpid digest $1"
}

# A small folder in the form of MNIST: 40 pictures to train on, 20 to test with.
make_mnist() { # folder
    mkdir -p "$1"
    "$tools" idx "$1/train-images-idx3-ubyte" 40 28 0
    "$tools" idx "$1/train-labels-idx1-ubyte" 40 0 0
    "$tools" idx "$1/t10k-images-idx3-ubyte" 20 28 3
    "$tools" idx "$1/t10k-labels-idx1-ubyte" 20 0 0
}

# Network text of a small network for 28x28 digits, which trains in no time.
make_small() { # file
    cat >"$1" <<'END'
input shape=1x28x28
conv out=4 size=5 stride=2
relu
pool-max size=2 stride=2
dense out=10
END
}
