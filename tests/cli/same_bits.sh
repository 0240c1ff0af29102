# SPDX-License-Identifier: MIT
# The same digest with 1, 2 and 3 threads and with every instruction set below the processor's.
# Called with a second argument it is the long form: that many steps of 100 pictures.
. "$(dirname "$0")/common.sh"

steps=${2:-10}
batch=20
[ "$steps" -eq 10 ] || batch=100

# trained NAME OPTION...: the digest of a run
trained() {
    name=$1
    shift
    expect 0 train --net "$net" --data digits:3000 --steps "$steps" --batch "$batch" --out "$name" "$@"
    digest "$name"
}

for net in lenet digits; do
    reference=$(trained "$net-1" --threads 1)
    for threads in 2 3; do
        same "$net, $threads threads" "$(trained "$net-$threads" --threads "$threads")" "$reference"
    done
    other=$(trained "$net-seed" --threads 2 --seed 1)
    [ "$other" != "$reference" ] || wrong "$net: another seed gives the same digest"
    sets=0
    for isa in generic neon avx2 avx512; do
        LIMPID_ISA=$isa "$limpid" inspect lenet >/dev/null 2>&1 || continue
        sets=$((sets + 1))
        export LIMPID_ISA=$isa
        same "$net, $isa" "$(trained "$net-$isa" --threads 2)" "$reference"
        unset LIMPID_ISA
    done
    echo "$net: $reference with 1, 2 and 3 threads and $sets instruction sets"
done
