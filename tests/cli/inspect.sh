# SPDX-License-Identifier: MIT
# limpid inspect: the table, its JSON, the network text, and mistakes in that text.
. "$(dirname "$0")/common.sh"

expect 0 inspect lenet
prints "multiply-adds" "sees" "conv out=20 size=5" "20x24x24" "400,500" "14x14" \
    "parameters     431,080" "multiply-adds  2,293,000"

for row in "conv1 .* 5x5 " "pool-max1 .* 6x6 " "conv2 .* 14x14 " "pool-max2 .* 16x16 " "conv3 .* 28x28 "; do
    grep -q "^$row" out || wrong "the receptive field of ${row%% *}"
done

# Columns leave one after the other, and what stays never wraps.
for columns in 40 50 60 70 80 100; do
    COLUMNS=$columns expect 0 inspect lenet
    widest=$(awk '{ if (length > most) most = length } END { print most }' out)
    [ "$widest" -le "$columns" ] || wrong "$widest columns, not $columns"
    prints "name" "output" "parameters" "400,500"
done

expect 0 inspect lenet --json
same "lines" "$("$tools" json network layers parameters multiply_adds activation_bytes <out)" 1
same "parameters" "$("$tools" get parameters <out)" 431080
same "multiply-adds" "$("$tools" get multiply_adds <out)" 2293000

# Printed text is read again as the same network.
expect 0 inspect lenet --text
cp out lenet.txt
expect 0 inspect lenet.txt --text
cmp -s out lenet.txt || wrong "the text is not the same after reading it again"
expect 0 inspect ./lenet.txt --json
same "parameters of the text" "$("$tools" get parameters <out)" 431080

# Branches: the sum sees what the wider branch sees.
cat >branch.txt <<'END'
input shape=1x16x16        # comments are allowed
a: conv out=4 size=3 pad=1
b: conv input1 out=4 size=5 pad=2
sum: add a b
END
expect 0 inspect branch.txt
grep '^sum ' out | grep -q '5x5' || wrong "the field of view of the sum"

# mistake TEXT WORD...: the text is refused with the line and these words.
mistake() {
    printf '%b' "$1" >mistake.txt
    shift
    expect 3 inspect mistake.txt
    says "mistake.txt" "$@"
}
mistake 'input shape=1x28x28\nconvv out=2 size=3\n' ":2:" "convv" "conv"
mistake 'input shape=1x28x28\nconv out=2 siz=3\n' ":2:" "siz" "size"
mistake 'input shape=1x28x28\nconv out=2 size=three\n' ":2:" "three"
mistake 'input shape=1x28x28\nconv size=3\n' ":2:" "out"
mistake 'input shape=1x28x28\nconv out=2 size=29\n' ":2:" "29"
mistake 'input shape=1x28x28\n\n# nothing\nadd input1 nothere\n' ":4:" "nothere"
mistake 'input shape=1x28x28\na: conv out=2 size=3\nb: conv input1 out=2 size=5\nadd a b\n' \
    ":4:" "2x26x26" "2x24x24"
mistake 'input shape=1x99999999999x99999999999x99999999999\n' ":1:"
mistake 'input shape=99999999999x28x28\nconv out=9999999999 size=3\n' ":"
mistake '' "mistake.txt"
printf 'input\000\n' >mistake.txt
expect 3 inspect mistake.txt
says "mistake.txt"
expect 3 inspect no/such.txt
says "no/such.txt"
mkdir folder
expect 3 inspect folder
says "folder"
expect 2 inspect lenett
says "lenett" "lenet"
head -c 2000000 /dev/zero | tr '\0' '#' >large.txt
expect 3 inspect large.txt
says "large.txt"
