#!/usr/bin/env bash
# Usage: exports.sh NM LIBRARY LIST [--update]
# The library exports gradus_* and nothing else, and exactly the functions of LIST. --update writes LIST anew.
set -euo pipefail
nm=$1 library=$2 list=$3

exported=$("$nm" -D --defined-only "$library" | awk '{ print $NF }' | LC_ALL=C sort)
if foreign=$(grep -v '^gradus_' <<<"$exported"); then
    printf '%s exports what is not gradus_*:\n%s\n' "$library" "$foreign"
    exit 1
fi
if [ "${4:-}" = --update ]; then
    printf '%s\n' "$exported" >"$list"
    exit 0
fi
if ! diff -u "$list" - <<<"$exported"; then
    echo "The exports differ from $list (-: listed, +: exported)."
    echo "If that is meant: cmake --build build/release --target update_exports, and say so in CHANGELOG.md."
    exit 1
fi
