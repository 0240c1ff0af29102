# SPDX-License-Identifier: MIT
# What the library shows: symbols.sh EXPORTS.so ARCHIVE.a
. "$(dirname "$0")/common.sh"
exports=$1
archive=$2

declared=$(mktemp)
exported=$(mktemp)
trap 'rm -f "$found" "$declared" "$exported"' EXIT

# A declaration runs from LIMPID_API to the first parenthesis; the word before that is the name.
awk '/^LIMPID_API/ { text = "" ; reading = 1 }
     reading { text = text " " $0 }
     reading && /\(/ {
         sub(/ *\(.*/, "", text)
         sub(/.*[ *]/, "", text)
         print text
         reading = 0
     }' include/limpid.h | sort >"$declared"
nm -D --defined-only "$exports" | awk '{ print $3 }' | grep -vxE '_init|_fini' | sort >"$exported"
comm -23 "$declared" "$exported" | sed 's/$/: declared in limpid.h, not in the library/' | complain
comm -13 "$declared" "$exported" | sed 's/$/: in the library, not declared in limpid.h/' | complain
count=$(grep -c . "$declared")
[ "$count" -gt 0 ] || echo 'limpid.h declares nothing' | complain
[ "$count" -le 60 ] || echo "limpid.h declares $count functions; 60 is the budget" | complain

# In a static library every name is visible to the linker, so each carries a prefix of ours.
nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 && $3 !~ /^(limpid|note)_/ { print $3 }' | sort -u |
    sed 's/$/: a name without the prefix limpid_ or note_/' | complain

# Nothing that can be written lives outside a context.
size -A "$archive" 2>/dev/null | awk '
    / *\(ex / { object = $1 }
    ($1 ~ /^\.(data|bss|tdata|tbss)(\..*)?$/) && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
        print object ": " $2 " bytes of global state in " $1
    }' | complain
finish "symbols of the library"
