# shellcheck shell=bash
# ./quire test
help_if_asked "$@" <<'HELP'
usage: ./quire test [PART...]

Builds everything and runs the tests, all or the PARTs named. Each part is a program tests/PART/run
that prints a line "ok NAME" or "not ok NAME" for every test; the last line counts them all. What
the parts said in full is in build/tests/PART.log.

  static    layers, format, shell and C analysers, sources equal to their tarballs, the sysroot
  unit      lib, kmem and mm on the host, under the sanitizers
  linux     the system tests on Debian's Linux: are the recorded expectations true?
  system    the system tests on Quire, with 1 and 4 processors
  boot      SeaBIOS, OVMF and PVH; 1, 2, 4 processors; 64 MiB and 4 GiB; what a panic prints
  run       ./quire run: descriptors, status, static, static-PIE and dynamic programs
  session   a person at the shell over the serial port
  ports     lua and zlib built from Debian's sources, their tests run in Quire
HELP

all_parts=(static unit linux)
parts=("$@")
[ ${#parts[@]} != 0 ] || parts=("${all_parts[@]}")

need_packages "${build_packages[@]}" "${test_packages[@]}"
build_targets kernel-objects sysroot.stamp userland/initramfs.cpio userland/run-init >&2
export QUIRE_BUILD=$build
mkdir -p "$build/tests"

passed=0 failed=0
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
    grep -E '^(not )?ok ' "$log" || true
    part_passed=$(grep -c '^ok ' "$log" || true)
    part_failed=$(grep -c '^not ok ' "$log" || true)
    if [ "$status" != 0 ] && [ "$part_failed" = 0 ]; then
        echo "not ok $part (its program ended with status $status)"
        part_failed=1
    fi
    [ "$part_failed" = 0 ] || { echo "-- end of $log"; tail -n 60 "$log"; echo "--"; }
    echo "== $part: $part_passed passed, $part_failed failed, $((SECONDS - started)) s"
    passed=$((passed + part_passed))
    failed=$((failed + part_failed))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
