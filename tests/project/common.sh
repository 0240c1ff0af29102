# SPDX-License-Identifier: MIT
# Sourced by the checks of this folder. A check prints a line for each thing it finds and fails at the end
# if there was one.
set -eu
cd "$LIMPID_SOURCE"
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# Our own C, leaving out what builds and runs leave behind.
c_files() { # folder...
    find "$@" \( -name '*.c' -o -name '*.h' -o -name '*.def' \) | sort
}

# Everything that was written by hand and is text.
text_files() {
    find . \( -name .git -o -name 'build*' -o -name runs \) -prune -o -type f \
        ! -name '*.png' ! -name '*.jpg' ! -name '*.gz' ! -name '*.onnx' ! -name '*.npy' \
        ! -name '*.safetensors' ! -name '*.idx' ! -name '*.bin' -print | sort
}

# Reads complaints from standard input.
complain() {
    tee -a "$found"
}

finish() {
    if [ -s "$found" ]; then
        echo "$(grep -c . "$found") found: $1"
        exit 1
    fi
}
