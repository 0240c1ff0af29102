# SPDX-License-Identifier: MIT
# Damaged data: one sentence that names the file, status 3, and no run begun.
. "$(dirname "$0")/common.sh"

make_small net.txt
images=train-images-idx3-ubyte
labels=train-labels-idx1-ubyte

# refused WORD...: training on the folder `bad` is refused with these words; then it is made good again.
refused() {
    expect 3 train --net net.txt --data mnist:bad --epochs 1 --out run
    says "$@"
    [ ! -e run/model.onnx ] || wrong "a model, though the data was refused"
    rm -rf bad
    make_mnist bad
}

make_mnist bad
expect 0 train --net net.txt --data mnist:bad --epochs 1 --batch 10 --out good
expect 0 eval good --data mnist:bad --json
same "images" "$("$tools" get images <out)" 20

rm -rf bad
refused "bad"
rm bad/$images
refused "bad" "train-images"
: >bad/$images
refused "$images" "empty"
head -c 1000 bad/$images >short && mv short bad/$images
refused "$images"
head -c 7 bad/$images >short && mv short bad/$images
refused "$images"
echo behind >>bad/$images
refused "$images"
printf 'PNG!' | dd of=bad/$images conv=notrunc 2>/dev/null
refused "$images"
printf '\000\000\015\003' | dd of=bad/$images conv=notrunc 2>/dev/null
refused "$images"
printf '\000\000\010\003\377\377\377\377\377\377\377\377\377\377\377\377' |
    dd of=bad/$images conv=notrunc 2>/dev/null
refused "$images"
"$tools" idx bad/$labels 39 0 0
refused "39" "40"
"$tools" idx bad/$labels 40 0 0
printf '\012' | dd of=bad/$labels bs=1 seek=20 conv=notrunc 2>/dev/null
refused "$labels" "10"
cp bad/$labels bad/$images
refused "$images"
rm bad/$images
mkdir bad/$images
refused "$images"

gzip bad/$images
head -c 100 bad/$images.gz >short && mv short bad/$images.gz
refused "$images"
gzip bad/$images
printf 'damage' | dd of=bad/$images.gz bs=1 seek=30 conv=notrunc 2>/dev/null
refused "$images"
# A bomb: a stream that unpacks to far more than its header says.
head -c 30000000 /dev/zero | gzip >zeros.gz
rm bad/$images
{ printf '\000\000\010\003\000\000\000\050\000\000\000\034\000\000\000\034' && gzip -dc zeros.gz; } |
    gzip >bad/$images.gz
refused "$images"

# The same for the test part, when it is wanted.
head -c 1000 bad/t10k-images-idx3-ubyte >short && mv short bad/t10k-images-idx3-ubyte
expect 3 eval good --data mnist:bad
says "t10k-images-idx3-ubyte"

# Pictures that do not fit the network.
rm -rf other
mkdir other
"$tools" idx other/$images 40 20 0
"$tools" idx other/$labels 40 0 0
"$tools" idx other/t10k-images-idx3-ubyte 20 20 0
"$tools" idx other/t10k-labels-idx1-ubyte 20 0 0
expect 3 train --net net.txt --data mnist:other --epochs 1 --out run
says "28x28" "20x20"
expect 3 eval good --data mnist:other
says "28x28" "20x20"
printf 'input shape=1x28x28\ndense out=7\n' >seven.txt
expect 3 train --net seven.txt --data digits:20 --epochs 1 --out run
says "7" "10"

expect 3 train --net net.txt --data mnist:no/such --out run
says "no/such"
expect 2 train --net net.txt --data digits:-5 --out run
says "digits"
expect 2 train --net net.txt --data digits:many --out run
says "digits" "many"
[ ! -e run/model.onnx ] || wrong "a model from data that was refused"
