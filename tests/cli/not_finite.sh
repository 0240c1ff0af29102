# SPDX-License-Identifier: MIT
# A learning rate beyond all measure: training stops, names operator and step, and keeps the last good model.
. "$(dirname "$0")/common.sh"

make_small net.txt
expect 1 train --net net.txt --data digits:100 --epochs 2 --batch 10 --lr 1e30 --out fresh
says "step"
grep '^limpid' err | grep -qE 'conv1|relu1|pool-max1|dense1|cross-entropy1|loss' || wrong "no operator is named"
if [ -e fresh/model.onnx ]; then
    digest fresh >digest.txt
fi

# There was a good model: a run that goes on from it in the same folder does not spoil it.
expect 0 train --net net.txt --data digits:100 --epochs 1 --batch 10 --out good
before=$(digest good)
expect 1 train --net good --data digits:100 --epochs 1 --batch 10 --lr 1e30 --out good --force
same "the last good model" "$(digest good)" "$before"
expect 0 eval good --data digits:50
