# SPDX-License-Identifier: MIT
# The formatter's word is final. Its releases differ, so only the one .clang-format was written for counts.
. "$(dirname "$0")/common.sh"

release=14
formatter=
for name in clang-format-$release clang-format; do
    if $name --version 2>/dev/null | grep -q "version $release\\."; then
        formatter=$name
        break
    fi
done
if [ -z "$formatter" ]; then
    echo "skipped: there is no clang-format $release"
    exit 77
fi
c_files include src cli note tests bench examples 2>/dev/null | grep '\.[ch]$' |
    xargs "$formatter" --dry-run 2>&1 | sed -n 's/^\([^ :]*\):[0-9].*clang-format-violations.*/\1/p' |
    sort -u | sed 's/$/: clang-format -i would change it/' | complain
finish "files not laid out as .clang-format says"
