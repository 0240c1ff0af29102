# SPDX-License-Identifier: MIT
# The checks of this folder can fail: each is run on a copy of the tree with one fault planted in it.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$found" "$work"' EXIT
mkdir -p "$work/tree/tests" "$work/tree/bench"
cp -R include src cli note examples MAP.md CMakeLists.txt cmake scripts check demo .ci .clang-format \
    "$work/tree"
cp -R tests/project "$work/tree/tests"

plant() { # check, file, line to add to it
    cp "$work/tree/$2" "$work/whole"
    printf '%s\n' "$3" >>"$work/tree/$2"
    status=0
    LIMPID_SOURCE=$work/tree sh "$work/tree/tests/project/$1.sh" >"$work/said" 2>&1 || status=$?
    # A check that needs a tool this machine lacks says so.
    if [ $status -eq 0 ] || { [ $status -ne 77 ] && ! grep -qF "$2" "$work/said"; }; then
        echo "$1.sh does not see this in $2: $(echo "$3" | head -n 1)" | complain
        cat "$work/said"
    fi
    cp "$work/whole" "$work/tree/$2"
}

plant rooms src/base/memory.c '#include "tensor/tensor.h"'
plant rooms src/data/idx.c '#include "graph/graph.h"'
plant rooms src/op/relu.c '#include "kernel/isa/isa.h"'
plant rooms src/op/relu.c '#include "../op/op.h"'
plant rooms note/note.h '#include "limpid.h"'
plant sizes src/base/memory.c "$(awk 'BEGIN { for (i = 0; i < 600; i++) print "//" }')"
plant sizes src/base/memory.c "$(awk 'BEGIN { print "{"; for (i = 0; i < 61; i++) print "//"; print "}" }')"
plant words src/base/memory.c 'int i; // FIX''ME'
plant words src/op/op.h '    abort();'
plant words src/op/op.h '    if (x) printf("%d", x);'
plant words src/op/op.h '    p = malloc(3);'
plant words src/op/op.h '#pragma omp parallel'
plant words src/op/op.h 'typedef float v __attribute__((vector_size(32)));'
plant words src/op/op.h '#ifdef LIMPID_WITH_PNG'
plant tables src/op/ops.def 'LIMPID_OP(nothing)'
plant tables cli/verbs.def 'LIMPID_VERB(nothing)'
plant format src/base/memory.c 'int   i;'
finish "checks that cannot fail"
