# shellcheck shell=bash
# ./quire posix
help_if_asked "$@" <<'HELP'
usage: ./quire posix [OPTION...] [PATTERN...]

Runs the Open POSIX Test Suite (fetched, verified, built unmodified with the sysroot) on Debian's Linux
and on Quire: the same static programs in the same QEMU. Without a PATTERN, which is a part of a name such
as mq_send/5-1, all of conformance/interfaces and conformance/definitions that has a main and compiles
with musl. Prints totals by area and each difference; the report with what the programs printed is
build/tests/posix-report.txt and .html. The status is 0 when Quire passes all that Linux passes.

  --on quire|linux|both  which (default both); with one only, a line for each program
  --smp N          N processors (default 1); may be repeated
  --runs N         as often with each number of processors; a program whose runs do not agree is named so
  --jobs N         guests at a time (default: this machine's processors)
  --real-time      the guests' clock is this machine's; without it, with one processor, the clock counts
                   instructions, and programs that sleep cost nothing
  --verbose        prints what the programs print
  --log FILE       writes all that the guests say
  --report PATH    another place for the report, without .txt and .html
HELP

build_targets --silent kernel/quire.elf userland/initramfs.cpio sysroot.stamp >&2
export QUIRE_BUILD=$build
exec "$top/tests/posix/run" --on both "$@"
