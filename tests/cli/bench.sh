# SPDX-License-Identifier: MIT
# limpid bench train: one JSON line, sensible numbers.
. "$(dirname "$0")/common.sh"

make_small net.txt
expect 0 bench train net.txt --batch 8 --threads 2 --seconds 0.1 --json
same "lines" "$("$tools" json median_ms gflops peak_gflops batch threads steps <out)" 1
same "batch" "$("$tools" get batch <out)" 8
same "threads" "$("$tools" get threads <out)" 2
for key in median_ms gflops peak_gflops; do
    "$tools" get "$key" <out | awk '{ exit !($1 > 0) }' || wrong "$key is not positive"
done
[ "$("$tools" get steps <out)" -ge 3 ] || wrong "fewer than 3 steps"

# The count: 2 x (3 x 144,000 - the first layer's input gradient ...), here by hand for one convolution and
# one dense layer: forward 4*12*12*25 and 10*144; backward both for their parameters, dense also for its input.
expect 0 inspect net.txt --json
same "multiply-adds" "$("$tools" get multiply_adds <out)" $((4 * 12 * 12 * 25 + 10 * 144))
expect 0 bench train net.txt --batch 8 --threads 1 --seconds 0.2 --json
"$tools" get median_ms <out >ms
"$tools" get gflops <out >gflops
products=$((2 * 4 * 12 * 12 * 25 + 3 * 10 * 144))
paste ms gflops | awk -v products="$products" '{
    counted = $1 * $2 * 1e6 / 8 / 2
    exit !(counted > products * 0.999 && counted < products * 1.001)
}' || wrong "$(cat ms gflops): not $products products an image"

expect 0 bench train lenet --batch 4 --seconds 0.1
prints "lenet" "ms" "GFLOP/s"
expect 2 bench train nothing
says "nothing"
