# SPDX-License-Identifier: MIT
# What must not be written, and where.
. "$(dirname "$0")/common.sh"

# forbid "why" 'extended regular expression' [file to leave out...] < list of files
forbid() {
    why=$1
    pattern=$2
    shift 2
    # Comments may name anything; a line that begins with one is not looked at.
    { printf '%s\n' "$@" | grep . >"$found.except" || :; }
    grep -vxFf "$found.except" | xargs grep -HnE "$pattern" |
        grep -vE '^[^:]+:[0-9]+: *(/\*|\*|//)' | sed "s|\$|    <- $why|" | complain
    rm "$found.except"
}

text_files | xargs grep -HnwE 'TO[D]O|FI[X]ME|X[X]X' | sed 's/$/    <- unfinished/' | complain

call() { # one of these functions is called, not a member or a longer name
    printf '(^|[^_a-zA-Z0-9.>"])(%s) *\\(' "$1"
}
c_files src | forbid 'the library never ends the program' \
    "$(call 'abort|exit|_exit|_Exit|quick_exit|raise|kill')"
c_files src | forbid 'the library never prints' \
    "$(call 'printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror|fputc|putc')"
c_files src | forbid 'memory comes from the context' \
    "$(call 'malloc|calloc|realloc|free|strdup|strndup|aligned_alloc|posix_memalign|alloca')" \
    src/base/memory.c src/base/context.c
c_files src cli note | forbid 'a safer function exists' \
    "$(call 'strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|rand|srand|system|tmpnam')"
c_files src | forbid 'threads are the business of src/base/threads.c' \
    '#[ \t]*pragma +omp|<omp\.h>|<pthread\.h>' src/base/threads.c
c_files src | grep -v '^src/kernel/' | forbid 'vectors are the business of src/kernel' \
    'vector_size|__builtin_shuffle|_mm(256|512)?_[a-z0-9]+_(ps|pd|epi|si)|<(imm|arm_neon)'
c_files src cli | forbid 'parts are 0 or 1: test them with #if' \
    'ifn?def +LIMPID_WITH|defined *\(? *LIMPID_WITH'
finish "things that must not be written there"

# Every source file says under which licence it stands, first of all.
{
    c_files include src cli note tests bench examples
    find scripts check demo .ci -type f
    find . -name .git -prune -o \( -name '*.sh' -o -name CMakeLists.txt -o -name '*.cmake' \) -print |
        grep -v '/build'
} 2>/dev/null | while read -r file; do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file: no licence line"
done | complain
finish "files without a licence line"
