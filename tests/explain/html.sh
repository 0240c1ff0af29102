# SPDX-License-Identifier: MIT
# limpid explain --html: pages are well-formed, whole, and need nothing. html.sh TAGCHECK
tagcheck=$1
. "$LIMPID_SOURCE/tests/explain/common.sh"

# The checker sees what is wrong.
refuses() { # what is inside of a body
    printf '<!DOCTYPE html>\n<html><body>%s</body></html>\n' "$1" >bad.html
    ! "$tagcheck" bad.html >out || wrong "the checker accepts $1"
}
printf '<!DOCTYPE html>\n<html><body><p id="a" data-from="a">1 &lt; 2</p></body></html>\n' >good.html
"$tagcheck" good.html >out || wrong 'the checker refuses a good page'
refuses '<p>'
refuses '<p></div>'
refuses '<p id=a></p>'
refuses '<p id="a" id="b"></p>'
refuses '<p id="a"></p><p id="a"></p>'
refuses '<p data-from="nowhere"></p>'
refuses 'a & b'
refuses '2 < 3'
refuses '<img src="x"/>'
refuses '<a href="https://example.org/">x</a>'

for topic in $(topics); do
    explain 0 --html "$topic.html" "$topic"
    [ ! -s out ] || wrong 'a page, and text too'
    "$tagcheck" "$topic.html" >out || wrong "$topic.html"
    ! grep -qE 'class="v no"' "$topic.html" || wrong "$topic.html: an equation that does not hold"
    grep -q '<math display="block">' "$topic.html" || wrong "$topic.html: no formula"
done

# All on one page: each equation as often as in the single ones, cells that know where they are from.
# shellcheck disable=SC2046 # words
explain 0 --html all.html $(topics)
"$tagcheck" all.html >out || wrong 'all.html'
grep -qE '^[0-9]+ cells and places, [0-9]{3,} origins$' out || wrong 'hardly any origins'
[ "$(grep -c '<section' all.html)" -eq "$(topics | wc -l)" ] || wrong 'not a section for each topic'
! grep -qE '(src|href)="[^#]|url\(|@import|fetch\(|XMLHttpRequest' all.html || wrong 'something is fetched'

# The worked example: 28 is made of the four cells of the patch and the four of the filter.
grep -o '<td id="m2-1-1"[^>]*>28</td>' convolution.html | tr ' "' '\n\n' |
    grep -c '^m[01]-' >count || :
[ "$(cat count)" -eq 8 ] || wrong "28 comes from $(cat count) cells, not 8"

# The same words, the same bytes.
explain 0 --html again.html convolution
cmp convolution.html again.html
# Whatever the reader writes.
explain 0 --html own.html convolution --input '1.5 -2e3; 0.001 7' --filter '1'
"$tagcheck" own.html >out || wrong 'own.html'
explain 0 --html large.html gradient-of-input --input '1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8;1 2 3 4 5 6 7 8' --filter '1 2; 3 4'
"$tagcheck" large.html >out || wrong 'large.html'

# Where it cannot be written nothing is left behind.
explain 1 --html nowhere/page.html vec
[ ! -e nowhere ] || wrong 'a folder was made'
