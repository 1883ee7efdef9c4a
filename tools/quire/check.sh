# shellcheck shell=bash
# ./quire check
help_if_asked "$@" <<'HELP'
usage: ./quire check

Runs the static checks: the ladder of rooms, clang-format, shellcheck, sparse, cppcheck, the sources
of musl and BusyBox against their tarballs, the sysroot's compiler. They are part of ./quire test too.
HELP
need_packages "${build_packages[@]}" "${test_packages[@]}"
build_targets sysroot.stamp userland/initramfs.cpio
export QUIRE_BUILD=$build
mkdir -p "$build/tests"
exec "$top/tests/static/run"
