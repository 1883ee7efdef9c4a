# shellcheck shell=bash
# ./quire test
help_if_asked "$@" <<'HELP'
usage: ./quire test [--long] [PART...]

Builds everything and runs the tests, all or the PARTs named. Each part is a program tests/PART/run
that prints a line "ok NAME" or "not ok NAME" for every test; the last line counts them all. What
the parts said in full is in build/tests/PART.log. Tests listed in tests/known-failures, with the
reason, fail without making the whole fail; they are counted as skipped.

  --long    the parts posix, concurrency, sweep, fuzz, diff and busybox do far more (minutes become hours)

  static    layers, format, shell and C analysers, sources equal to their tarballs, the sysroot
  unit      lib, kmem and mm on the host, under the sanitizers
  linux     the system tests on Debian's Linux: are the recorded expectations true?
  system    the system tests on Quire
  smp       the same with four processors
  posix     the Open POSIX Test Suite on Quire: what passes on Linux must pass
  table     the memory ABI cell by cell, Linux and Quire; docs/memory-abi.md is what they say
  concurrency  threads and processes over the same memory, also on a debug build
  sweep     operations in the guest with the n-th allocation failing
  diff      random histories of memory calls on Linux and on Quire, compared line by line
  boot      SeaBIOS, OVMF and PVH; 1, 2, 4 processors; 64 MiB and 4 GiB; what a panic prints
  run       ./quire run: descriptors, status, static, static-PIE and dynamic programs
  debug     ./quire debug --batch with the commands of tools/gdb
  profile   ./quire profile: the graph shows the system calls of the program
  fuzz      random system calls with hostile arguments: Quire survives, its audit stays clean
  session   a person at the shell over the serial port
  screen    a person at the keyboard and the screen: typed keys, drawn characters and colours
  bench     instructions per operation: none has grown since it was recorded, the promises hold
  ports     lua and zlib built from Debian's sources, and Debian's bash and perl, run in Quire
  busybox   BusyBox's own test suite on Linux and on Quire, a part of it
HELP

all_parts=(static unit linux system smp posix table concurrency sweep diff boot run debug profile fuzz session screen bench ports busybox)
if [ "${1:-}" = --long ]; then
    export QUIRE_LONG=1
    shift
fi
parts=("$@")
[ ${#parts[@]} != 0 ] || parts=("${all_parts[@]}")

need_packages "${build_packages[@]}" "${test_packages[@]}"
build_targets all iso >&2
export QUIRE_BUILD=$build
mkdir -p "$build/tests"

# is_known_failure NAME...: the first word is the test's name, more may follow.
is_known_failure() {
    grep -q "^${1%% *}\([[:space:]]\|\$\)" "$top/tests/known-failures"
}

passed=0 failed=0 skipped=0
for part in "${parts[@]}"; do
    if [ ! -x "$top/tests/$part/run" ]; then
        [ $# = 0 ] || die "test: there is no part '$part'"
        continue
    fi
    log=$build/tests/$part.log
    started=$SECONDS
    echo "== $part"
    status=0
    "$top/tests/$part/run" >"$log" 2>&1 </dev/null || status=$?
    part_passed=0 part_failed=0 part_skipped=0
    while read -r line; do
        case $line in
        "ok "*)
            part_passed=$((part_passed + 1))
            is_known_failure "${line#ok }" && line+=" (take it out of tests/known-failures)"
            ;;
        *)
            if is_known_failure "${line#not ok }"; then
                part_skipped=$((part_skipped + 1))
                line="known failure: ${line#not ok }"
            else
                part_failed=$((part_failed + 1))
            fi
            ;;
        esac
        echo "$line"
    done < <(grep -E '^(not )?ok ' "$log")
    if [ "$status" != 0 ] && [ $((part_failed + part_skipped)) = 0 ]; then
        echo "not ok $part (its program ended with status $status)"
        part_failed=1
    fi
    [ "$part_failed" = 0 ] || { echo "-- end of $log"; tail -n 60 "$log"; echo "--"; }
    echo "== $part: $part_passed passed, $part_failed failed, $part_skipped skipped, $((SECONDS - started)) s"
    passed=$((passed + part_passed))
    failed=$((failed + part_failed))
    skipped=$((skipped + part_skipped))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
