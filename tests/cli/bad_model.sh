# SPDX-License-Identifier: MIT
# Damaged models and states: one sentence that names the file, status 3; --resume leaves them as they are.
. "$(dirname "$0")/common.sh"

make_small net.txt
expect 0 train --net net.txt --data digits:100 --epochs 1 --batch 10 --out good
whole=$(wc -c <good/model.onnx)

refused() { # word...
    expect 3 digest bad
    says "$@"
    expect 3 eval bad --data digits:20
    says "$@"
    expect 3 inspect bad
    says "$@"
    "$tools" picture five.png 5
    expect 3 predict bad five.png
    says "$@"
}

expect 3 digest nowhere
says "nowhere"
expect 3 digest nowhere.onnx
says "nowhere.onnx"
mkdir bad
refused "bad" "model.onnx"
: >bad/model.onnx
refused "model.onnx"
echo "this is no model" >bad/model.onnx
refused "model.onnx"
for part in 1 10 50 90 99; do
    head -c $((whole * part / 100)) good/model.onnx >bad/model.onnx
    refused "model.onnx"
done
head -c $((whole - 1)) good/model.onnx >bad/model.onnx
refused "model.onnx"
head -c 100000 /dev/urandom >bad/model.onnx
refused "model.onnx"
rm bad/model.onnx
mkdir bad/model.onnx
refused "model.onnx"
rmdir bad/model.onnx

# Wherever a byte is altered, the command ends with a documented status and never by a signal.
at=0
while [ "$at" -lt "$whole" ]; do
    cp good/model.onnx bad/model.onnx
    printf '\377' | dd of=bad/model.onnx bs=1 seek="$at" conv=notrunc 2>/dev/null
    status=0
    "$limpid" eval bad --data digits:20 >out 2>err || status=$?
    case $status in 0 | 3 | 4) ;; *) wrong "status $status with byte $at altered" ;; esac
    at=$((at + 1 + whole / 60))
done

# A state that is cut, altered or of another run.
make_stopped() { # folder: a run that was killed after its first checkpoint
    rm -rf "$1"
    "$limpid" train --net net.txt --data digits:2000 --epochs 1000 --batch 10 --checkpoint-every 20 \
        --out "$1" >out 2>err &
    process=$!
    for _ in $(seq 300); do
        [ ! -e "$1/state.safetensors" ] || [ ! -e "$1/model.onnx" ] || break
        sleep 0.1
    done
    kill -9 "$process"
    wait "$process" 2>/dev/null || :
    [ -e "$1/state.safetensors" ] || wrong "no checkpoint"
}

expect 3 train --resume nowhere
says "nowhere"
make_stopped stopped
size=$(wc -c <stopped/state.safetensors)
spoiled() { # what was done to the state or the model of `bad`; words of the complaint
    cksum bad/* >sums
    expect 3 train --resume bad
    says "$@"
    cksum bad/* | cmp -s - sums || wrong "a run that was refused has changed its folder"
    rm -rf bad
    cp -r stopped bad
}
rm -rf bad
cp -r stopped bad
rm bad/state.safetensors
spoiled "state.safetensors"
: >bad/state.safetensors
spoiled "state.safetensors"
head -c $((size / 2)) stopped/state.safetensors >bad/state.safetensors
spoiled "state.safetensors"
head -c 4 stopped/state.safetensors >bad/state.safetensors
spoiled "state.safetensors"
printf '\377\377\377\377\377' | dd of=bad/state.safetensors conv=notrunc 2>/dev/null
spoiled "state.safetensors"
rm bad/model.onnx
spoiled "model.onnx"
head -c $((whole / 2)) good/model.onnx >bad/model.onnx
spoiled "model.onnx"
printf 'input shape=1x28x28\ndense out=10\n' >other.txt
expect 0 train --net other.txt --data digits:20 --steps 1 --out other
cp other/model.onnx bad/model.onnx
spoiled "bad" "another network"
