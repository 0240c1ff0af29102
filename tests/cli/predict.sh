# SPDX-License-Identifier: MIT
# limpid predict: PNG, JPEG and IDX, any size, several at once; bad pictures among good ones.
. "$(dirname "$0")/common.sh"

expect 0 train --net lenet --lr 0.005 --data digits:2000 --epochs 2 --batch 50 --out model
mkdir pictures
right=0
for digit in 0 1 2 3 4 5 6 7 8 9; do
    "$tools" picture "pictures/$digit.png" "$digit"
    expect 0 predict model "pictures/$digit.png"
    ! grep -q "^pictures/$digit.png: $digit$" out || right=$((right + 1))
done
[ "$right" -ge 7 ] || wrong "only $right of 10 digits are recognised"

expect 0 predict model pictures/3.png --top 10
same "lines" "$(grep -c ' %' out)" 10
awk '/ %/ { sum += $2 } END { exit !(sum > 99.9 && sum < 100.1) }' out ||
    wrong "probabilities do not add up to 100 %"
expect 0 predict model pictures/3.png --top 1
same "lines" "$(grep -c ' %' out)" 1
COLUMNS=40 expect 0 predict model pictures/3.png
[ "$(awk '{ if (length > most) most = length } END { print most }' out)" -le 40 ] ||
    wrong "wider than 40 columns"

# Another size, another format: the same digit.
"$tools" picture pictures/large.png 3 300 400
"$tools" picture pictures/large.jpg 3 300 400
"$tools" picture pictures/tiny.png 3 14 14
expect 0 predict model pictures/3.png --json
digit=$("$tools" get class <out)
expect 0 predict model pictures/large.png pictures/large.jpg --json
same "lines" "$("$tools" json file class probability probabilities <out)" 2
for file in large.png large.jpg; do
    grep "$file" out >line
    same "$file" "$("$tools" get class <line)" "$digit"
done
expect 0 predict model pictures/tiny.png

# IDX: the first ten, or some, or one.
"$tools" idx some.idx 15 28 0
gzip -k some.idx
expect 0 predict model some.idx --json
same "pictures" "$("$tools" json file index class probability <out)" 10
expect 0 predict model some.idx.gz --json --count 12
same "pictures" "$("$tools" json file index <out)" 12
expect 0 predict model some.idx --json --index 14
same "index" "$("$tools" get index <out)" 14
expect 2 predict model some.idx --index 15
says "some.idx" "15"
expect 0 predict model some.idx --index 14
prints "some.idx [14]: "

# One bad picture does not keep the others from being shown; the status tells of it.
echo "no picture" >text.png
head -c 100 pictures/large.png >cut.png
head -c 300 pictures/large.jpg >cut.jpg
: >empty.png
"$tools" idx labels.idx 15 0 0
for bad in text.png cut.png cut.jpg empty.png labels.idx missing.png pictures; do
    expect 3 predict model pictures/1.png "$bad" pictures/2.png --json
    says "$bad"
    same "good pictures beside $bad" "$("$tools" json file <out)" 2
done
status=0
"$limpid" predict model text.png cut.png >out 2>err || status=$?
same "status" "$status" 3
same "complaints" "$(grep -c '^limpid predict:' err)" 2

# Alone or among others, with one thread or three: the same bits.
expect 0 predict model pictures/*.png --json --threads 3
grep '"pictures/5.png"' out >together
expect 0 predict model pictures/5.png --json --threads 1
cmp -s out together || wrong "a picture among others has other probabilities"
