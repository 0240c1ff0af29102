# SPDX-License-Identifier: MIT
# Sourced by get-mnist and get-cifar10, which set `url`, `variable` (its name in the environment) and `sums`
# (lines "md5 name"). LIMPID_SUMS=FILE gives other sums, for files of one's own under the same names.
set -eu

name=${0##*/}

fail() { # sentence
    echo "$name: $1" >&2
    exit 1
}

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: $name DIR" >&2
    exit 2
fi
case $1 in
-*) folder=./$1 ;;
*) folder=$1 ;;
esac
if [ -n "${LIMPID_SUMS:-}" ]; then
    sums=$(cat "$LIMPID_SUMS") || fail "$LIMPID_SUMS (LIMPID_SUMS): cannot be read"
fi
mkdir -p "$folder" || fail "$folder: the folder cannot be made"

# Everything arrives in here first and is moved when it is whole and right. It lies in the target folder
# because a move is one step only within a file system.
part=$folder/.$name.$$
trap 'rm -rf "$part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$part" || fail "$folder: cannot be written"

wanted() { # name
    echo "$sums" | while read -r sum file; do
        if [ "$file" = "$1" ]; then echo "$sum"; fi
    done
}

sum_of() { # file
    if command -v md5sum >/dev/null 2>&1; then
        md5sum <"$1" | cut -d ' ' -f 1
    elif command -v md5 >/dev/null 2>&1; then
        md5 -q "$1"
    elif command -v openssl >/dev/null 2>&1; then
        openssl md5 <"$1" | sed 's/.* //'
    else
        fail 'no md5sum, md5 or openssl here to check the files with; install one of them'
    fi
}

is_right() { # file, name
    sum=$(sum_of "$1") || exit 1
    [ "$sum" = "$(wanted "$2")" ]
}

check() { # file, name, where it came from
    [ -n "$(wanted "$2")" ] || fail "$2: there is no sum to check it with"
    is_right "$1" "$2" ||
        fail "$3: its md5 sum is $sum; expected $(wanted "$2"), so it was not kept; try again, or another source"
}

fetch() { # name; leaves it in $part
    echo "$name: fetching $url/$1" >&2
    status=0
    if command -v curl >/dev/null 2>&1; then
        how=-sS
        if [ -t 2 ]; then how=-#; fi
        curl -fL $how --connect-timeout 30 --retry 2 -o "$part/$1" "$url/$1" || status=$?
    elif command -v wget >/dev/null 2>&1; then
        how=-q
        if [ -t 2 ]; then how=; fi
        # shellcheck disable=SC2086
        wget $how -O "$part/$1" "$url/$1" || status=$?
    else
        fail 'neither curl nor wget is here to fetch files with; install one of them'
    fi
    [ $status -eq 0 ] ||
        fail "$url/$1: cannot be fetched (status $status); $variable=URL names another source"
    check "$part/$1" "$1" "$url/$1"
}

keep() { # path below $part, name
    mv -f "$part/$1" "$folder/$2" || fail "$folder/$2: cannot be written"
}
