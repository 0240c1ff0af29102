# SPDX-License-Identifier: MIT
# docs/note.md has a row for each row of equations.def, in order, and what it names exists.
set -eu
cd "$LIMPID_SOURCE"
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

sed -n 's/^EQUATION(\([0-9]*\),.*/\1/p; s/^ADDITION(\([0-9]*\),.*/A\1/p' note/equations.def >"$here/rows"
sed -n 's/^| \(A*[0-9][0-9]*\) |.*| check_[a-z]*\.c |.*/\1/p' docs/note.md >"$here/said"
diff "$here/rows" "$here/said"
[ "$(wc -l <"$here/rows")" -eq 75 ]

grep -o '`note_[a-zA-Z0-9_]*' docs/note.md | tr -d '`' | sort -u | while read -r name; do
    grep -qw "$name" note/note.h note/equations.def note/check.h ||
        case $name in
        note_verify_12 | note_verify_A3) ;;
        *) echo "docs/note.md names $name, which note.h does not have" ;;
        esac
done >"$here/unknown"
grep -E '^\| A?[0-9]+ \|.*\| check_[a-z]*\.c \|' docs/note.md | while IFS='|' read -r _ row _ _ check hand engine _; do
    check=$(echo "$check" | tr -d ' ')
    hand=$(echo "$hand" | tr -d ' ')
    row=$(echo "$row" | tr -d ' ')
    grep -q "double note_verify_$row(" "note/$check" || echo "note/$check does not verify ($row)"
    [ "$hand" = none ] || [ -f "tests/note/$hand" ] || echo "($row): tests/note/$hand is missing"
    for file in $(echo "$engine" | grep -o 'src/[a-z_/]*\(\.c\)\{0,1\}'); do
        [ -e "$file" ] || echo "($row): $file is missing"
    done
done >>"$here/unknown"
cat "$here/unknown"
[ ! -s "$here/unknown" ]
