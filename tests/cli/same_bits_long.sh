# SPDX-License-Identifier: MIT
# same_bits.sh with 100 steps of 100 pictures.
exec sh "$(dirname "$0")/same_bits.sh" "$1" 100
