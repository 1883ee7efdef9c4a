# shellcheck shell=bash
# ./quire bench
help_if_asked "$@" <<'HELP'
usage: ./quire bench [NAME...]

Counts instructions per operation with QEMU's -icount clock (one instruction is one nanosecond), the
same program on Quire and on Debian's Linux. Without NAME all of tests/bench.
HELP
[ -x "$top/tests/bench/run" ] || die "there are no benchmarks in tests/bench"
build_targets --silent kernel/quire.elf userland/initramfs.cpio sysroot.stamp
exec "$top/tests/bench/run" "$@"
