# shellcheck shell=bash
# ./quire bench
help_if_asked "$@" <<'HELP'
usage: ./quire bench [OPTION...] [NAME...]

Counts instructions per operation with QEMU's -icount clock (one instruction is one nanosecond), the same
program on Quire, on Debian's Linux, and on Linux with its extras off (linux-bare: no mitigations, no
clearing of memory when it is given out, no audit, ...). Prints a table with Quire's ratio to the cheaper
Linux and geometric means; writes it as a page, too (build/tests/bench-report.html, .json). NAME selects by
a part of the name; all takes about ten minutes.

  --only COLUMN    quire, linux or linux-bare; may be repeated
  --check          Quire only: says which figures are more than 3 % above those recorded in the repository
  --record         puts what was measured into the record (tests/bench/figures.json)
  --document       puts the record into docs/cost.md
  --wall           time instead of instructions: five rounds on each by turns, the smallest and the median
HELP
build_targets --silent kernel/quire.elf userland/initramfs.cpio sysroot.stamp
QUIRE_BUILD=$build exec "$top/tests/bench/measure" "$@"
