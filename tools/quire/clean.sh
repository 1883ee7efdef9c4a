# shellcheck shell=bash
# ./quire clean
help_if_asked "$@" <<'HELP'
usage: ./quire clean [--all]

Removes build/. With --all also configure and its kin, and the downloaded sources.
HELP

say "removing $build"
rm -rf "$build"
if [ "${1:-}" = --all ]; then
    rm -rf "$top/configure" "$top/aclocal.m4" "$top/autom4te.cache" "$top/build-aux" "$top/Makefile.in" \
        "${XDG_CACHE_HOME:-$HOME/.cache}/quire"
fi
