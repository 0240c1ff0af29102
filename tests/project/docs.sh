# SPDX-License-Identifier: MIT
# The documents do what they say. A comment on the line before a code block tells what it is:
#
#   <!-- run -->           shell commands, run in order in one empty folder for each document, with the
#                          built command first in PATH and the checkout at hand as $LIMPID_SOURCE
#   <!-- file: PATH -->    the file PATH of the checkout, without its licence line
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$found" "$work"' EXIT
blocks=0

# Prints the block that begins on the line after line $2 of document $1.
block() {
    awk -v from="$2" 'NR <= from { next }
        /^```/ { if (inside) exit; inside = 1; next }
        inside { print }' "$1"
}

for document in README.md MAP.md docs/*.md; do
    [ -f "$document" ] || continue
    : >"$work/script"
    grep -nE '^<!-- (run|file: .*) -->$' "$document" >"$work/marks" || continue
    while IFS=: read -r line mark; do
        blocks=$((blocks + 1))
        file=$(echo "$mark" | sed -n 's/^<!-- file: \(.*\) -->$/\1/p')
        if [ -z "$file" ]; then
            block "$document" "$line" >>"$work/script"
        else
            block "$document" "$line" >"$work/said"
            grep -v 'SPDX-License-Identifier' "$file" | diff -u "$work/said" - ||
                echo "$document:$line: the block is not $file" | complain
        fi
    done <"$work/marks"
    if [ -s "$work/script" ]; then
        mkdir -p "$work/here"
        (cd "$work/here" && PATH=$(dirname "$LIMPID_COMMAND"):$PATH sh -eux "$work/script") </dev/null ||
            echo "$document: its commands fail" | complain
        rm -rf "$work/here"
    fi
done
[ "$blocks" -gt 0 ] || echo 'no document has a marked block' | complain
finish "documents that are not true"
