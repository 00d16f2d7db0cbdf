#!/usr/bin/env bash
# Usage: run.sh PKG_CONFIG LIBDIR WORK_DIR EXPECTED_VERSION
# The compilers, which may carry flags, come in CC and CXX.
set -euo pipefail
pkg_config=$1 libdir=$2 work=$3 expected=$4
here=$(cd "$(dirname "$0")" && pwd)
export PKG_CONFIG_PATH=$libdir/pkgconfig
export LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

rm -rf "$work"
mkdir -p "$work"
cd "$work"
for name in gradus gradus_c; do
    version=$("$pkg_config" --modversion "$name")
    [ "$version" = "$expected" ] || { echo "$name.pc says version $version, not $expected"; exit 1; }
done

# Unquoted on purpose: compilers and pkg-config's answers are lists of words.
# shellcheck disable=SC2046,SC2086
{
    $CXX -std=c++20 "$here/../consumer.cpp" $("$pkg_config" --cflags --libs gradus) -o consumer_cpp
    $CC -std=c11 "$here/../consumer.c" $("$pkg_config" --cflags --libs gradus_c) -o consumer_c
}
./consumer_cpp "$expected"
./consumer_c "$expected"
