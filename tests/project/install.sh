# SPDX-License-Identifier: MIT
# Installs into a folder of its own and builds a small program against it, through find_package and
# through pkg-config: install.sh COMPILER
. "$(dirname "$0")/common.sh"
compiler=$1

work=$(mktemp -d)
trap 'rm -rf "$found" "$work"' EXIT
prefix=$work/prefix
consumer=$LIMPID_SOURCE/tests/project/consumer

cmake --install "$LIMPID_BUILD" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
version=$(sed -n 's/^#define LIMPID_VERSION "\(.*\)"/\1/p' include/limpid.h)
library=$(find "$prefix" -name 'liblimpid.*' | head -n 1)
folder=$(dirname "$library")

# Paths must not lead back to where it was built.
if grep -rlF "$LIMPID_BUILD" "$folder"/cmake "$folder"/pkgconfig; then
    echo 'installed files name the build tree' | complain
fi

cmake -S "$consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$compiler" \
    >"$work/log" 2>&1 && cmake --build "$work/build" >>"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
said=$("$work/build/consumer")
[ "$said" = "limpid $version" ] || echo "through find_package: $said" | complain

PKG_CONFIG_PATH=$folder/pkgconfig
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion limpid)" = "$version" ] || echo 'limpid.pc has another version' | complain
# shellcheck disable=SC2046 # words
$compiler "$consumer/main.c" -o "$work/consumer" $(pkg-config --cflags --libs limpid)
said=$(LD_LIBRARY_PATH=$folder "$work/consumer")
[ "$said" = "limpid $version" ] || echo "through pkg-config: $said" | complain

if [ -x "$LIMPID_COMMAND" ]; then
    said=$("$prefix/bin/limpid" --version)
    [ "$said" = "limpid $version" ] || echo "the installed command: $said" | complain
fi
case $library in
*.so*)
    readelf -d "$library" | grep -q "SONAME.*\\[liblimpid\\.so\\.${version%%.*}\\]" ||
        echo "$library: unexpected SONAME" | complain
    ;;
esac
finish "faults of the installation"
