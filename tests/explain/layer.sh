# SPDX-License-Identifier: MIT
# limpid explain MODEL LAYER: one number of a small trained network, forward and back.
# layer.sh TAGCHECK
tagcheck=$1
. "$LIMPID_SOURCE/tests/explain/common.sh"

cat >net.txt <<'END'
input shape=1x28x28
conv out=4 size=5 stride=2 pad=1
relu
pool-average size=2 stride=2
conv out=6 size=3 groups=2
relu
pool-max size=2 stride=1
dense out=16
relu
dense out=10
END
"$limpid" train --net net.txt --data digits:200 --steps 10 --batch 20 --lr 0.01 --out model 2>err >out ||
    wrong 'training'
picture=$LIMPID_SOURCE/examples/pictures/five.png

for layer in conv1 relu1 pool-average1 conv2 relu2 pool-max1 dense1 relu3 dense2; do
    explain 0 model "$layer" --image "$picture"
    prints "$layer: " 'Forward' 'Back' '✓'
    ! grep -q '✗' out || wrong "$layer"
    # Whichever output is looked at, and whatever class is right.
    explain 0 model "$layer" --image "$picture" --label 3 --channel 1
    prints 'The loss is taken for the class 3' '✓'
    COLUMNS=40 explain 0 model "$layer" --image "$picture"
    sed 's/[^ -~]/x/g' out | awk 'length($0) > 40' >long
    [ ! -s long ] || wrong "$layer, 40 columns: $(head -n 1 long)"
    explain 0 --html page.html model "$layer" --image "$picture"
    "$tagcheck" page.html >out || wrong "page.html of $layer"
done

# At the border the patch has zeros from outside of the picture.
explain 0 model conv1 --image "$picture" --at 0,0 --channel 2
prints 'row 0, column 0 of slice 2' 'row -1 and column -1' '✓ (12)' '✓ (33)' '✓ (11)'
explain 0 model conv2 --image "$picture"
prints 'Next comes relu2' 'passes on what it gets' '3 × 3 × 2 patch'
explain 0 model pool-max1 --image "$picture" --at 1,1 --channel 0
prints '✓ (47)' '✓ (55)' 'dense1, fully connected'
explain 0 model dense2 --image "$picture"
prints 'the way back begins here (A7)'

# Where branches meet, each of the two gets all of what comes, and a value read twice gets both parts.
cat >branches.txt <<'END'
input shape=1x28x28
conv out=4 size=3 stride=4
first: relu
second: conv out=4 size=3 pad=1
add first second
pool-average size=7
dense out=10
END
"$limpid" train --net branches.txt --data digits:100 --steps 3 --batch 20 --lr 0.01 --out branches \
    2>err >out || wrong 'training'
explain 0 branches first --image "$picture"
prints 'add1, a sum, passes on all' 'second, a convolution' '✓ (11)'
explain 4 branches add1 --image "$picture"
says 'this one is add'

# What is not there, and what cannot be.
explain 2 model conv9 --image "$picture"
says 'no layer "conv9"' 'did you mean "conv'
explain 2 model something-else --image "$picture"
says 'limpid inspect model'
explain 4 model input1 --image "$picture"
says 'input1' 'conv, dense, pool-max, pool-average, relu'
explain 3 model conv1 --image nowhere.png
says 'nowhere.png'
explain 3 nowhere.onnx conv1 --image "$picture"
says 'nowhere.onnx'
explain 2 model conv1
says '--image FILE'
explain 2 model --image "$picture"
says 'MODEL LAYER --image FILE'
explain 2 model conv1 --image "$picture" --at 3
says 'ROW,COLUMN'
explain 2 model conv1 --image "$picture" --at 100,3
says '13 rows'
explain 2 model conv1 --image "$picture" --channel 4
says '4 slices'
explain 2 model conv1 --image "$picture" --label ten
says 'no class "ten"'
explain 2 model conv1 --image "$picture" --input '1'
says 'about a topic'
