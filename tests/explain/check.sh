# SPDX-License-Identifier: MIT
# limpid explain --check: a line for each equation, and the count at the end.
. "$LIMPID_SOURCE/tests/explain/common.sh"

explain 0 --check
[ "$(tail -n 1 out)" = '60 of 60 equations verified, 15 of 15 additions' ] || wrong 'the last line'
[ "$(grep -cE '^\([0-9]+\) +verified ' out)" -eq 60 ] || wrong 'not 60 lines of equations'
[ "$(grep -cE '^\(A[0-9]+\) +verified ' out)" -eq 15 ] || wrong 'not 15 lines of additions'
cp out first
explain 0 --check --seed 7
cmp -s out first && wrong 'another seed makes the same cases'
explain 0 --check --seed 0
cmp out first

# On a narrow screen no line is cut.
COLUMNS=40 explain 0 --check
[ "$(awk '{ if (length($0) > 80) print }' out | wc -l)" -eq 0 ] || wrong 'lines too long'

# For machines: an object a line.
explain 0 --check --json
[ "$(grep -cE '^\{"equation":"A?[0-9]+","title":".+","difference":[0-9.e+-]+,"allowed":[0-9.e+-]+,"verified":true\}$' out)" -eq 75 ] ||
    wrong 'not 75 objects'
[ "$(wc -l <out)" -eq 75 ] || wrong 'more than objects'
explain 2 --json vec
says '--check'
