# SPDX-License-Identifier: MIT
# scripts/get-mnist and scripts/get-cifar10 against a server on the loopback address that has small files
# under the real names.
set -eu
here=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || :; fi; rm -rf "$here"' EXIT
cd "$here"
scripts=$LIMPID_SOURCE/scripts

for tool in python3 md5sum curl tar gzip; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "skipped: there is no $tool"
        exit 77
    fi
done

# ---- the server and its files ---------------------------------------------------------------------------

mkdir site
mnist='train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz'
for file in $mnist; do
    echo "content of $file" | gzip -n >"site/$file"
done
batches='data_batch_1.bin data_batch_2.bin data_batch_3.bin data_batch_4.bin data_batch_5.bin test_batch.bin'
mkdir cifar-10-batches-bin
for file in $batches; do
    echo "content of $file" >cifar-10-batches-bin/$file
done
tar -cf - cifar-10-batches-bin | gzip -n >site/cifar-10-binary.tar.gz
(cd site && md5sum ./* && cd ../cifar-10-batches-bin && md5sum ./*) | sed 's| \./| |' >sums

python3 -u -m http.server 0 --bind 127.0.0.1 --directory site >port 2>requests &
server=$!
tries=0
until grep -q 'port [0-9]' port; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 $server 2>/dev/null; then
        echo 'skipped: python3 does not serve files on the loopback address here'
        cat port requests
        exit 77
    fi
    sleep 0.1
done
source=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\).*/\1/p' port)
nowhere=http://127.0.0.1:1
export LIMPID_MNIST_URL="$source" LIMPID_CIFAR10_URL="$source" LIMPID_SUMS="$here/sums"
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1

# ---- what is said of the scripts ----------------------------------------------------------------------

# expect STATUS TEXT command...: the command ends with STATUS and says TEXT on standard error.
expect() {
    status=$1
    text=$2
    shift 2
    found=0
    "$@" >out 2>err || found=$?
    if [ $found -ne "$status" ] || ! grep -q -- "$text" err || [ -s out ]; then
        echo "FAILED: $*: status $found, expected $status and \"$text\":"
        cat out err
        exit 1
    fi
}

same() { # file, file
    cmp "$1" "$2" || { echo "FAILED: $1 and $2 differ"; exit 1; }
}

whole() { # folder, where the right files are, names...
    folder=$1
    right=$2
    shift 2
    [ "$(ls -A "$folder" | wc -l)" -eq $# ] || { echo "FAILED: in $folder:"; ls -A "$folder"; exit 1; }
    for file in "$@"; do
        same "$folder/$file" "$right/$file"
    done
}

# shellcheck disable=SC2086 # lists of names
{
    expect 2 usage "$scripts/get-mnist"
    expect 2 usage "$scripts/get-cifar10" a b

    expect 0 'done' "$scripts/get-mnist" new/mnist
    whole new/mnist site $mnist
    expect 0 'done' "$scripts/get-cifar10" new/cifar10
    whole new/cifar10 cifar-10-batches-bin $batches

    # What is there and right is not fetched again; what is there and wrong is replaced.
    expect 0 'already there' env LIMPID_MNIST_URL=$nowhere "$scripts/get-mnist" new/mnist
    expect 0 'already there' env LIMPID_CIFAR10_URL=$nowhere "$scripts/get-cifar10" new/cifar10
    echo damage >new/mnist/t10k-labels-idx1-ubyte.gz
    echo damage >new/cifar10/data_batch_3.bin
    expect 0 'done' "$scripts/get-mnist" new/mnist
    whole new/mnist site $mnist
    expect 0 'done' "$scripts/get-cifar10" new/cifar10
    whole new/cifar10 cifar-10-batches-bin $batches

    # A folder whose name begins with a dash.
    expect 0 'done' "$scripts/get-mnist" -f
    whole ./-f site $mnist

    # No server, no file.
    expect 1 'cannot be fetched.*LIMPID_MNIST_URL' env LIMPID_MNIST_URL=$nowhere "$scripts/get-mnist" none
    whole none site
    expect 1 'cannot be fetched.*LIMPID_CIFAR10_URL' env LIMPID_CIFAR10_URL=$source/absent \
        "$scripts/get-cifar10" none
    whole none site

    # Wrong content is not kept, and does not replace what was there.
    mkdir wrong
    echo damage >wrong/train-labels-idx1-ubyte.gz
    cp wrong/train-labels-idx1-ubyte.gz before
    cp site/train-labels-idx1-ubyte.gz right
    echo other >site/train-labels-idx1-ubyte.gz
    expect 1 'train-labels-idx1-ubyte.gz: its md5 sum is .*; expected ' "$scripts/get-mnist" wrong
    same wrong/train-labels-idx1-ubyte.gz before
    same wrong/train-images-idx3-ubyte.gz site/train-images-idx3-ubyte.gz
    [ "$(ls -A wrong | wc -l)" -eq 2 ]
    mv right site/train-labels-idx1-ubyte.gz
    expect 0 'done' "$scripts/get-mnist" wrong
    whole wrong site $mnist

    # An archive whose own sum is right, with a batch that is not, one without a batch, and no archive at all.
    cp sums sums.right
    sed 's/^.*\( *data_batch_2.bin\)/00000000000000000000000000000000 \1/' sums.right >sums
    expect 1 'data_batch_2.bin: its md5 sum is' "$scripts/get-cifar10" batch
    whole batch site
    rm cifar-10-batches-bin/test_batch.bin
    tar -cf - cifar-10-batches-bin | gzip -n >site/cifar-10-binary.tar.gz
    sum=$(md5sum <site/cifar-10-binary.tar.gz | cut -d ' ' -f 1)
    sed "s/^.*\\( *cifar-10-binary.tar.gz\\)/$sum \\1/" sums.right >sums
    expect 1 'holds no cifar-10-batches-bin/test_batch.bin' "$scripts/get-cifar10" batch
    whole batch site
    echo 'no archive' >site/cifar-10-binary.tar.gz
    sum=$(md5sum <site/cifar-10-binary.tar.gz | cut -d ' ' -f 1)
    sed "s/^.*\\( *cifar-10-binary.tar.gz\\)/$sum \\1/" sums.right >sums
    expect 1 'cannot be unpacked' "$scripts/get-cifar10" batch
    whole batch site
    cp sums.right sums

    # A file where the folder should be; sums that cannot be read.
    echo file >taken
    expect 1 'the folder cannot be made' "$scripts/get-mnist" taken
    expect 1 'cannot be read' env LIMPID_SUMS=$here/absent "$scripts/get-mnist" none

    # The same with wget alone, and with neither.
    mkdir tools
    for tool in sh cat cut mkdir mv rm md5sum dirname sed; do
        ln -s "$(command -v $tool)" tools/
    done
    expect 1 'neither curl nor wget' env PATH=$here/tools "$scripts/get-mnist" none
    if command -v wget >/dev/null 2>&1; then
        ln -s "$(command -v wget)" tools/
        expect 0 'done' env PATH=$here/tools "$scripts/get-mnist" by-wget
        whole by-wget site $mnist
        expect 1 'cannot be fetched' env LIMPID_MNIST_URL=$nowhere PATH=$here/tools "$scripts/get-mnist" none
    fi
}
echo 'get-mnist and get-cifar10: all as they should be'
