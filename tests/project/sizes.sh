# SPDX-License-Identifier: MIT
# Files stay near 500 lines (600 at most), functions within 60, so that each fits a head.
. "$(dirname "$0")/common.sh"

{
    c_files include src cli note tests bench examples
    find tests -name '*.sh'
    find scripts check demo -type f
} 2>/dev/null | while read -r file; do
    awk -v file="$file" '
        # Braces of functions stand alone in the first column, and nothing else does.
        FILENAME ~ /\.[ch]$/ && /^\{/ { start = NR }
        /^\}/ && start {
            if (NR - start - 1 > 60)
                printf "%s:%d: a function of %d lines\n", file, start, NR - start - 1
            start = 0
        }
        END {
            if (NR > 600)
                printf "%s: %d lines\n", file, NR
            else if (NR > 500)
                printf "note: %s has %d lines\n", file, NR > "/dev/stderr"
        }' "$file"
done | complain
finish "a file of more than 600 lines, or a function of more than 60"
