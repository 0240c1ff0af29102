# SPDX-License-Identifier: MIT
# On a terminal: the bar is redrawn in place and fits, colours and block characters come only where they may.
. "$(dirname "$0")/common.sh"

if ! command -v script >/dev/null 2>&1 || ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    echo "skipped: there is no usable script(1) to make a terminal"
    exit 77
fi
escape=$(printf '\033')
return=$(printf '\r')
locale=C.UTF-8
locale -a 2>/dev/null | grep -qix 'c\.utf-\?8' || locale=

# on_terminal COLUMNS COMMAND: what the command wrote to a terminal so wide, in the file out.
on_terminal() {
    script -qec "stty cols $1 2>/dev/null; $2" /dev/null >out 2>err </dev/null || wrong "status $?: $2"
}

make_small net.txt
train="$limpid train --net net.txt --data digits:1000 --epochs 2 --batch 5 --force --out"
export TERM=xterm-256color

for columns in 40 60 80 120; do
    on_terminal "$columns" "$train model"
    tr '\r' '\n' <out | sed "s/$escape\\[K//g" >lines
    grep -q '1/2 .*%.*loss ' lines || wrong "no progress at $columns columns"
    grep -q "$return.*$escape\\[K" out || wrong "nothing is redrawn at $columns columns"
    widest=$(grep -E '^(epoch )?[12]/2' lines | awk '{ if (length > most) most = length } END { print most }')
    [ "$widest" -lt "$columns" ] || wrong "$widest characters at $columns columns"
    [ "$columns" -lt 80 ] || grep -q 'left .*images/s' lines || wrong "parts are missing at $columns"
done
grep -q '[#-]\{8\}' lines || wrong "no bar at 120 columns"
# Redrawn at most ten times a second: far fewer lines than steps.
[ "$(grep -c 'left' lines)" -le 200 ] || wrong "redrawn $(grep -c 'left' lines) times in 400 steps"

TERM=dumb on_terminal 80 "$train model"
! grep -q "$escape" out || wrong "escape sequences on a dumb terminal"

"$tools" picture five.png 5
expect 0 train --net net.txt --data digits:1000 --epochs 2 --batch 10 --force --out model
on_terminal 80 "NO_COLOR=1 $limpid predict model five.png"
! grep -q "$escape" out || wrong "colours despite NO_COLOR"
grep -q '[#%@*]\{2\}' out || wrong "no picture in letters"
same "lines of the picture" "$(sed '/^five.png:/,$d' out | grep -c .)" 14
TERM=dumb on_terminal 80 "$limpid predict model five.png"
! grep -q "$escape" out || wrong "colours on a dumb terminal"

if [ -n "$locale" ]; then
    on_terminal 80 "LC_ALL=$locale $limpid predict model five.png"
    grep -q "$escape\\[38;5;" out || wrong "no 256 colours"
    grep -q '▀' out || wrong "no half blocks"
    on_terminal 80 "LC_ALL=$locale COLORTERM=truecolor $limpid predict model five.png"
    grep -q "$escape\\[38;2;" out || wrong "no 24-bit colours"
    on_terminal 80 "LC_ALL=$locale NO_COLOR=1 $limpid predict model five.png"
    ! grep -q "$escape" out || wrong "colours despite NO_COLOR"
    # long enough for the bar to be seen half full
    on_terminal 100 "LC_ALL=$locale $train model --data digits:6000 --epochs 6"
    grep -q '█' out || wrong "no blocks in the bar"
fi

# Not on a terminal, nothing of it, whatever the environment says.
LC_ALL=${locale:-C} COLORTERM=truecolor expect 0 predict model five.png
! grep -q "$escape" out || wrong "colours in a file"
