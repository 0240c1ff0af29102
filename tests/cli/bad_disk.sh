# SPDX-License-Identifier: MIT
# Folders that cannot be written to and disks that are full: status 1, and what was there stays whole.
. "$(dirname "$0")/common.sh"

make_small net.txt
expect 0 train --net net.txt --data digits:100 --epochs 1 --batch 10 --out kept
before=$(digest kept)

# A file where a folder is to be; a folder nobody may write to.
: >file
expect 1 train --net net.txt --data digits:20 --steps 1 --out file
says "file"
expect 1 train --net net.txt --data digits:20 --steps 1 --out file/below
says "file"
expect 1 train --net net.txt --data digits:20 --steps 1 --out /proc/limpid
says "/proc/limpid"
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    chmod a-w closed
    expect 1 train --net net.txt --data digits:20 --steps 1 --out closed
    says "closed"
    expect 1 train --net net.txt --data digits:20 --steps 1 --out closed/below
    says "closed"
fi

# Files that may not grow beyond a few blocks: saving fails as on a full disk. (A shell that ignores XFSZ
# hands that on, so that the write fails instead of killing the process.)
wide() {
    printf 'input shape=1x28x28\ndense out=300\nrelu\ndense out=10\n' >wide.txt
}
wide
status=0
(
    trap '' XFSZ
    ulimit -f 40
    exec "$limpid" train --net wide.txt --data digits:100 --epochs 1 --batch 10 --out small
) >out 2>err || status=$?
same "status with a limit on files" "$status" 1
says "small/"
[ ! -e small/model.onnx ] || wrong "half a model"
[ -z "$(ls small)" ] || wrong "something is left behind: $(ls small)"

status=0
(
    trap '' XFSZ
    ulimit -f 40
    exec "$limpid" train --net wide.txt --data digits:100 --epochs 1 --batch 10 --out kept --force
) >out 2>err || status=$?
same "status with a limit on files" "$status" 1
same "the model that was there" "$(digest kept)" "$before"

# A disk that is really full, where this process may mount one.
mkdir disk
if mount -t tmpfs -o size=1m none disk 2>/dev/null; then
    trap 'umount disk' EXIT
    expect 0 train --net net.txt --data digits:100 --epochs 1 --batch 10 --out disk/kept
    before=$(digest disk/kept)
    head -c 2000000 /dev/zero >disk/filler 2>/dev/null || :
    expect 1 train --net wide.txt --data digits:100 --epochs 1 --batch 10 --out disk/kept --force
    says "disk/kept/" "space"
    same "the model that was there" "$(digest disk/kept)" "$before"
    [ "$(ls disk/kept | wc -l)" -eq 2 ] || wrong "something is left behind: $(ls disk/kept)"
else
    echo "not tested here: a full disk (mounting one is not allowed)"
fi
