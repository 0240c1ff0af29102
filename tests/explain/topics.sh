# SPDX-License-Identifier: MIT
# Every topic agrees with itself, at every width; some are compared with what they printed before.
. "$LIMPID_SOURCE/tests/explain/common.sh"

[ "$(topics | wc -l)" -ge 18 ] || wrong 'topics are missing'
for topic in $(topics); do
    for columns in 40 80; do
        COLUMNS=$columns explain 0 "$topic"
        prints '✓'
        ! grep -q '✗' out || wrong "$topic has an equation that does not hold"
        # A character is one column here, whatever its bytes.
        sed 's/[^ -~]/x/g' out | awk -v most="$columns" 'length($0) > most' >long
        [ ! -s long ] || wrong "$topic, $columns columns: $(head -n 1 long)"
    done
    LC_ALL=C explain 0 "$topic"
    ! LC_ALL=C grep -q '[^ -~]' out || wrong "$topic: not ASCII where nothing else can be shown"
done

unset COLUMNS
for golden in "$here"/golden/*.txt; do
    explain 0 "$(basename "$golden" .txt)"
    diff -u "$golden" out || wrong "$(basename "$golden") has changed"
done

# Every equation of the note is told somewhere.
for topic in $(topics); do
    explain 0 "$topic"
    grep -oE '✓ \(A?[0-9]+\)' out | tr -d '✓ ()'
done | sort -u >told
[ "$(grep -vc A told)" -eq 60 ] || wrong "$(grep -vc A told) of the 60 equations are told"
for addition in 3 4 5 6 7 8 10 12 13 14; do
    grep -qx "A$addition" told || wrong "A$addition is not told"
done
