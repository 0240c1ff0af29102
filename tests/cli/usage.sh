# SPDX-License-Identifier: MIT
# Help, wrong arguments, and what the command says about them.
. "$(dirname "$0")/common.sh"

verbs=$(sed -n 's/^LIMPID_VERB(\(.*\))$/\1/p' "$LIMPID_SOURCE/cli/verbs.def")

expect 0 --help
for verb in $verbs; do
    prints "$verb"
done
prints "Exit status" "130" "lenet" "mnist:DIR" "--threads N" "NO_COLOR"

for verb in $verbs; do
    expect 0 "$verb" --help
    prints "limpid $verb" "Usage:" "Examples:" "--seed N" "--json"
    cp out plain
    expect 0 --help "$verb"
    cmp -s out plain || wrong "--help $verb differs from $verb --help"
    expect 0 "$verb" -h
    cmp -s out plain || wrong "$verb -h differs from $verb --help"
    for columns in 24 40 60 80 200; do
        COLUMNS=$columns expect 0 "$verb" --help
        # A word may be longer than the line; a line of several words may not.
        widest=$(sed 's/^ *//' out | awk -v most="$columns" '/ / && length > most { print length }')
        [ "$columns" -lt 40 ] || [ -z "$widest" ] || wrong "$verb --help: $widest columns, not $columns"
    done
done
COLUMNS=40 expect 0 --help
[ "$(awk '{ if (length > most) most = length } END { print most }' out)" -le 40 ] ||
    wrong "--help is wider than 40 columns"

expect 0 --version
prints "limpid $(sed -n 's/^#define LIMPID_VERSION "\(.*\)"/\1/p' "$LIMPID_SOURCE/include/limpid.h")"

expect 2
says "--help"
expect 2 trian
says '"trian"' 'did you mean "train"'
expect 2 fly
says '"fly"' "train, eval, predict"
expect 2 train --epoch 3
says "--epoch" "did you mean --epochs"
expect 2 train --zzzzzz
says "--zzzzzz" "limpid train --help"
expect 2 --zzzzzz train
says "limpid --help"
expect 2 train -e 3
says '"-e"' "two dashes"
expect 2 train --epochs
says "--epochs N"
expect 2 train --epochs --batch 3
says "--epochs N"
expect 2 train --epochs 0
says "--epochs" "from 1" '"0"'
expect 2 train --epochs 1.5
says '"1.5"'
expect 2 train --epochs 99999999999999999999
says "--epochs"
expect 2 train --lr fast
says "--lr" "a number" '"fast"'
expect 2 train --lr nan
says '"nan"'
expect 2 train --lr -1
says "--lr" '"-1"'
expect 2 train --momentum 1.1
says "--momentum" "from 0 to 1"
expect 2 train --out ""
says "--out"
expect 2 train --json=yes
says "--json" "no value"
expect 2 train --epochs 1 --steps 1
says "--epochs" "--steps"
expect 2 train picture.png
says '"picture.png"' "too many"
expect 2 train --resume here --lr 0.1
says "--resume" "--lr"
expect 2 train --threads 0
says "--threads" "from 1"
expect 2 train --threads 100000
expect 2 train --seed -1
says "--seed"
for verb in eval digest inspect predict bench; do
    expect 2 "$verb"
    says "arguments are missing" "limpid $verb"
done
expect 2 predict model
says "IMAGE"
expect 2 eval one two
says '"two"'
expect 2 bench fly lenet
says '"fly"' "train"
expect 2 train --net lanet
says "lanet" "lenet"
expect 2 train --data nist:here
says "nist" "mnist"
expect 2 train --data mnist
says "mnist:DIR"
make_small net.txt
for option in loss schedule augment; do
    expect 2 train --net net.txt --data digits:20 --steps 1 --out run "--$option" nonsense
    says "nonsense"
    [ ! -e run/model.onnx ] || wrong "a model, though --$option is wrong"
done

# A lower instruction set than there is works; one that does not exist is refused, but never for --help.
LIMPID_ISA=generic expect 0 inspect lenet
LIMPID_ISA=turbo expect 2 inspect lenet
says "LIMPID_ISA" "turbo" "generic"
LIMPID_ISA=turbo expect 0 --help

# A file's name may hold anything; the complaint stays one line without control characters.
expect 3 eval "$(printf 'a\nb\033[31mc')"
same "lines" "$(wc -l <err)" 1
! LC_ALL=C grep -q '[[:cntrl:]]' err || wrong "control characters in a complaint"

# Options may stand anywhere, values may follow "=", and "--" ends them.
expect 0 --json inspect lenet
"$tools" json parameters <out >/dev/null || wrong "--json before the verb"
expect 3 digest --seed=1 --threads=1 -- --help
says "--help"

# What cannot be written is not done.
if [ -e /dev/full ]; then
    status=0
    "$limpid" inspect lenet >/dev/full 2>err || status=$?
    same "status with a full disk behind standard output" "$status" 1
    says "standard output"
fi
