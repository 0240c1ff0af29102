# SPDX-License-Identifier: MIT
# The main job, small: train, eval, predict, digest; what each prints; what is never overwritten.
. "$(dirname "$0")/common.sh"

expect 0 train --net lenet --lr 0.005 --data digits:400 --epochs 2 --batch 20 --out first
prints "first/model.onnx" "40 steps and" "limpid eval first --data digits:400" "limpid predict first"
grep -q 'epoch 1/2 .*loss .*accuracy .*images/s' err || wrong "no line for the first epoch"
grep -q 'epoch 2/2' err || wrong "no line for the second epoch"
if LC_ALL=C grep -q '[[:cntrl:]]' err; then wrong "control characters in a log"; fi
[ -s first/model.onnx ] && [ -s first/state.safetensors ] || wrong "files are missing"
[ "$(ls first | wc -l)" -eq 2 ] || wrong "more than two files: $(ls first)"

# A model is not overwritten unless asked for.
before=$(digest first)
expect 2 train --net lenet --data digits:20 --steps 1 --out first
says "first" "--resume" "--force"
same "the model" "$(digest first)" "$before"
expect 0 train --net lenet --data digits:20 --steps 1 --batch 20 --out first --force
[ "$(digest first)" != "$before" ] || wrong "--force left the old model"

# What is trained is worth something, and eval says so in both forms.
expect 0 train --net lenet --lr 0.005 --data digits:2000 --epochs 2 --batch 50 --out deep/er/good/
expect 0 eval deep/er/good --data digits:500
prints "accuracy" "error" "loss" "images   500"
expect 0 eval deep/er/good/model.onnx --data digits:500 --json
same "lines" "$("$tools" json accuracy loss images <out)" 1
same "images" "$("$tools" get images <out)" 500
"$tools" get accuracy <out | awk '{ exit !($1 > 0.5 && $1 <= 1) }' || wrong "it has learned nothing"
expect 2 eval deep/er/good --data digits:500 --split nonsense
says "nonsense"

# JSON: a line for each epoch and one for the end; nothing else on standard output.
make_small net.txt
expect 0 train --net net.txt --data digits:100 --epochs 3 --batch 10 --json
same "lines" "$("$tools" json event step loss accuracy seconds <out)" 4
same "event" "$("$tools" get event <out)" done
same "steps" "$("$tools" get step <out)" 30
same "folder" "$("$tools" get out <out)" runs/net
[ -s runs/net/model.onnx ] || wrong "the default folder is not runs/net"

# Every option does something: no two of these agree.
for option in "" "--lr 0.001" "--momentum 0" "--weight-decay 0.1" "--loss squared-error" \
    "--schedule constant" "--augment digits" "--batch 5" "--seed 1"; do
    # shellcheck disable=SC2086 # an option and its value
    expect 0 train --net net.txt --data digits:100 --steps 6 --batch 10 --schedule cosine \
        --augment none --out option --force $option
    digest option >>digests
done
same "different digests" "$(sort -u digests | wc -l)" 9

# digest: 64 hexadecimal digits, the same from the folder and from the file.
digest option | grep -qxE '[0-9a-f]{64}' || wrong "the form of the digest"
same "digest of the file" "$(digest option/model.onnx)" "$(digest option)"
expect 0 digest option --json
same "digest as JSON" "$("$tools" get digest <out)" "$(digest option)"

# A model is a network too: training goes on from its parameters.
expect 0 train --net deep/er/good --lr 1e-6 --data digits:100 --steps 1 --out on
expect 0 eval on --data digits:500 --json
"$tools" get accuracy <out | awk '{ exit !($1 > 0.5) }' || wrong "it has forgotten everything"
expect 0 inspect option
prints "conv" "dense"

# Names a shell would take apart are quoted where they are to be typed again.
expect 0 train --net net.txt --data digits:20 --steps 1 --out "a folder"
prints "limpid eval 'a folder' --data digits:20"

# The finished run has nothing left to do, and --resume says so without harm.
before=$(digest option)
expect 0 train --resume option
prints "nothing left to do" "limpid eval option --data digits:100"
same "the model after resuming a finished run" "$(digest option)" "$before"
