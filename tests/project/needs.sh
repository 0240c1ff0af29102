# SPDX-License-Identifier: MIT
# A shared library made of the rooms base to graph (or of all rooms, without optional parts) needs libc,
# libm and OpenMP, and nothing else: needs.sh LIBRARY.so
. "$(dirname "$0")/common.sh"

needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
[ -n "$needed" ] || echo "$1: readelf shows no needs" | complain
echo "$needed" | grep -vE '^(libc|libm|libgomp|libomp|ld-linux[-a-z0-9]*)\.so' |
    sed 's/$/: needed by the core/' | complain
finish "libraries the core should not need"
