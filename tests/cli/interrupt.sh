# SPDX-License-Identifier: MIT
# Stopped by a signal: the step is finished, the run is saved, and --resume ends with the same bits as a run
# that was never stopped, with another number of threads too. Killed at any moment: the model is whole.
. "$(dirname "$0")/common.sh"

make_small net.txt
run="--net net.txt --data digits:1000 --epochs 6 --batch 10 --checkpoint-every 7 --augment digits"
# shellcheck disable=SC2086 # several options
expect 0 train $run --out whole
whole=$(digest whole)

# begin FOLDER: the run in the background; its number is in $process
begin() {
    rm -rf "$1"
    # shellcheck disable=SC2086 # several options
    "$limpid" train $run --threads 2 --out "$1" >out 2>err &
    process=$!
}

wait_for() { # file
    for _ in $(seq 600); do
        [ ! -e "$1" ] || return 0
        sleep 0.02
    done
    wrong "$1 does not appear"
}

stopped=0
for delay in 0 0.02 0.05 0.1; do
    begin stopped
    wait_for stopped/model.onnx
    sleep "$delay"
    kill -TERM "$process" 2>/dev/null || :
    status=0
    wait "$process" || status=$?
    if [ "$status" -eq 0 ]; then # it was faster than the signal
        same "a run that came to its end" "$(digest stopped)" "$whole"
        continue
    fi
    same "status after SIGTERM" "$status" 130
    prints "limpid train --resume stopped"
    stopped=$((stopped + 1))
    digest stopped >unfinished
    expect 0 train --resume stopped --threads 3
    same "a resumed run" "$(digest stopped)" "$whole"
done
[ "$stopped" -gt 0 ] || wrong "no run was slow enough to be stopped"

# Ctrl-C, and JSON. A shell's background jobs ignore SIGINT, so timeout sends it: twice, which counts once.
if command -v timeout >/dev/null 2>&1; then
    for seconds in 0.5 2 8 32; do # until it comes after the beginning of the training
        rm -rf controlled
        status=0
        # shellcheck disable=SC2086 # several options
        timeout -s INT "$seconds" "$limpid" train $run --epochs 100000 --json --out controlled \
            >out 2>err || status=$?
        [ ! -s out ] || break
    done
    case $status in 124 | 130) ;; *) wrong "status $status after SIGINT" ;; esac
    same "the last line" "$("$tools" get event <out)" interrupted
    digest controlled >unfinished
fi

# --checkpoint-every: there is a model long before the first epoch ends.
"$limpid" train --net net.txt --data digits:20000 --epochs 1 --batch 1 --checkpoint-every 5 --json \
    --out early >out 2>err &
process=$!
wait_for early/model.onnx
kill -9 "$process"
wait "$process" 2>/dev/null || :
[ ! -s out ] || wrong "the first checkpoint came after an epoch"

# A second signal, a while after the first, ends a run at once. (A step of this one takes seconds.)
cat >slow.txt <<'END'
input shape=1x28x28
conv out=256 size=3 stride=4
conv out=256 size=3 pad=1
conv out=256 size=3 pad=1
conv out=256 size=3 pad=1
dense out=10
END
"$limpid" train --net slow.txt --data digits:500 --epochs 9 --batch 500 --threads 1 --out slow \
    >out 2>err &
process=$!
for _ in $(seq 500); do
    ! grep -q '^into' err || break
    sleep 0.02
done
sleep 0.2
kill -TERM "$process"
sleep 0.5
kill -TERM "$process" 2>/dev/null || wrong "the first signal has ended the run before its step was over"
status=0
wait "$process" 2>/dev/null || status=$?
same "status after two signals" "$status" 143

# No mercy: kill -9 anywhere leaves a model that loads, and a run that can be resumed.
killed=0
for delay in 0.00 0.01 0.02 0.03 0.05 0.07 0.1 0.15; do
    begin killed
    wait_for killed/model.onnx
    sleep "$delay"
    kill -9 "$process" 2>/dev/null || :
    status=0
    wait "$process" 2>/dev/null || status=$?
    digest killed >unfinished
    [ "$status" -ne 0 ] || continue
    killed=$((killed + 1))
    [ -e killed/state.safetensors ] || continue # between the first model and the first state
    expect 0 train --resume killed
    same "a run that was killed after $delay s and resumed" "$(digest killed)" "$whole"
done
[ "$killed" -gt 0 ] || wrong "no run was slow enough to be killed"
