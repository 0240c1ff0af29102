# SPDX-License-Identifier: MIT
# The reader's own matrices, and what is wrong with them.
. "$LIMPID_SOURCE/tests/explain/common.sh"

# By hand: (1 2; 3 4) with (1 -1) gives (-1; -1); with zeros around and steps of 2 something else.
explain 0 convolution --input '1 2; 3 4' --filter '1 -1'
prints '┌ -1 ┐' '└ -1 ┘' '1×1 + (-1)×2 = -1' '✓ (12)' '✓ (20)'
explain 0 convolution --input '1 2; 3 4' --filter '1 -1' --stride 2 --pad 1
prints '✓ (A1)' '1×0 + (-1)×0 = 0' '┌  0  0 ┐' '└ -3  4 ┘' '✓ (20)'
! grep -q '(12)  ' out || wrong '(12) is about stride 1'
explain 0 convolution --input '1,2;3,4' --filter '0.5'
prints '0.5 1.0'
# Two slices, two filters.
explain 0 gradient-of-filters --input '1 2 0; 0 1 3; 1 1 1 | 0 1 0; 2 0 1; 0 0 5' \
    --filter '1 0; 0 1 | 1 1; 1 1 / 0 1; 1 0 | 2 0; 0 2'
prints 'x, slice 1' 'f, filter 1, slice 1' '✓ (33)' '✓ (A3)'
explain 0 gradient-of-input --input '1 2 0; 0 1 3; 2 1 1' --filter '1 2; 0 -1' --stride 2 --pad 1
prints '✓ (44)' '✓ (45)'
explain 0 max-pooling --input '1 1; 1 1'
prints '1*' '✓ (52)'
explain 0 relu --input '0 1; -1 0'
prints '✓ (60)'
explain 0 softmax --input '1000 999'
prints '✓ (A6)'
explain 0 phi --input '1 2 3 4 5 6 7 8; 1 2 3 4 5 6 7 8; 1 2 3 4 5 6 7 8' --filter '1 1; 1 1' --pad 3
prints '✓ (36)' '⋮'

bad() { # words of the complaint..., --, arguments
    words=
    while [ "$1" != -- ]; do
        words="$words|$1"
        shift
    done
    shift
    explain 2 "$@"
    IFS='|'
    for word in ${words#|}; do
        says "$word"
    done
    unset IFS
}
bad 'row 2 has 1 numbers' 'first has 2' -- vec --input '1 2; 3'
bad '"x" is no number' -- vec --input '1 x; 3 4'
bad '"0x10z"' -- vec --input '0x10z'
bad 'is empty' -- vec --input '1 2;'
bad 'is empty' -- vec --input ' ; '
bad 'is no number' -- vec --input 'nan'
bad 'too large' -- vec --input '1e300'
bad 'more than 8 numbers' -- vec --input '1 2 3 4 5 6 7 8 9'
bad 'more than 8 rows' -- vec --input '1;2;3;4;5;6;7;8;9'
bad 'more than 3 slices' -- vec --input '1|2|3|4'
bad 'a slice has 2 rows' 'first has 1' -- vec --input '1|2;3'
bad 'divides filters' -- vec --input '1/2'
bad 'more than 4 filters' -- convolution --filter '1/1/1/1/1'
bad 'filter has 2 slices' 'input 1' -- convolution --filter '1|1'
bad 'does not fit' '3 x 3' '2 x 2' -- convolution --input '1 2; 3 4' --filter '1 1 1; 1 1 1; 1 1 1'
bad 'do not divide' '3 x 4' -- max-pooling --input '1 2 3 1; 4 5 6 1; 7 8 9 1'
bad 'takes no --filter' -- relu --filter '1'
bad 'takes no --input' -- chain --input '1'
bad 'takes no --stride' -- deconvolution --stride 2
bad 'takes no --pad' -- vec --pad 0
bad '--stride' -- convolution --stride 0
bad '--pad' -- convolution --pad 9
bad 'no topic "konvolution"' -- konvolution
bad 'did you mean "relu"' -- rely
bad '`limpid explain` lists' -- backpropagation-through-time
bad 'are about a topic' -- --input '1'
bad 'are about a layer' -- vec --at 1,2
bad '--html needs a topic' -- --html x.html
bad '--check is about all' -- --check vec
