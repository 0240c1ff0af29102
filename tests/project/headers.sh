# SPDX-License-Identifier: MIT
# Each header compiles alone, and the public one in C++ too where there is a compiler for it.
. "$(dirname "$0")/common.sh"
compiler=${1:-cc}

for header in include/limpid.h src/*/*.h note/*.h cli/*.h; do
    $compiler -std=gnu11 -D_GNU_SOURCE= -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c \
        -DLIMPID_WITH_ZLIB=1 -DLIMPID_WITH_PNG=1 -DLIMPID_WITH_JPEG=1 -DLIMPID_WITH_ONNX=1 \
        -DLIMPID_WITH_JSON=1 -Isrc -Iinclude -I. -isystem "$LIMPID_BUILD/generated" \
        -include "$header" /dev/null 2>&1 || echo "$header: does not compile alone" | complain
done
if command -v c++ >/dev/null 2>&1; then
    c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ -include include/limpid.h \
        /dev/null 2>&1 || echo 'include/limpid.h: does not compile as C++' | complain
fi
finish "headers that need another before them"
