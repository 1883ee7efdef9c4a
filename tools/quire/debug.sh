# shellcheck shell=bash
# ./quire debug
help_if_asked "$@" <<'HELP'
usage: ./quire debug [OPTION...]

Boots the kernel directly in QEMU, stopped at its first instruction, with gdb attached on this
terminal: symbols are loaded, and the commands of tools/gdb (`help quire` in gdb) print the tasks, a
process's areas, a page-table walk, the run queues and the kernel log. The serial port is in
build/debug-serial.log; with --listen, QEMU waits on this terminal and gdb is yours to start in
another one.

  --smp N          N processors (default 1)
  --mem SIZE       memory (default 512M)
  --append "..."   words added to the kernel's command line
  --listen         no gdb here: prints the command that attaches one
  --batch          gdb asks nothing and ends, and the machine with it, after the last -ex
  -ex COMMAND      a command for gdb, in order; may be repeated

Example: ./quire debug --batch -ex 'break tty_poll' -ex continue -ex quire-tasks
HELP

smp=1 memory=512M append="" listen=no
gdb_options=() gdb_commands=()
while [ $# -gt 0 ]; do
    case $1 in
    --smp) smp=$(option_value "$1" $# "${2:-}") && shift ;;
    --mem) memory=$(option_value "$1" $# "${2:-}") && shift ;;
    --append) append=$(option_value "$1" $# "${2:-}") && shift ;;
    --listen) listen=yes ;;
    --batch) gdb_options=(-batch) ;;
    -ex) gdb_commands+=(-ex "$(option_value "$1" $# "${2:-}")") && shift ;;
    *) die "debug: unknown option $1 (see ./quire debug --help)" ;;
    esac
    shift
done

need_packages "${debug_packages[@]}"
build_targets --silent kernel/quire.elf userland/initramfs.cpio
socket=$build/gdb.socket
rm -f "$socket"
# TCG always: breakpoints before paging and watchpoints work there.
machine=("${qemu_base[0]}" -accel tcg -cpu max -nic none -smp "$smp" -m "$memory"
    -kernel "$build/kernel/quire.elf" -initrd "$build/userland/initramfs.cpio"
    -append "console=ttyS0 $append" -S -chardev "socket,path=$socket,server=on,wait=off,id=gdb" -gdb chardev:gdb)
attach=(gdb -q -nx "${gdb_options[@]}" "$build/kernel/quire.elf" -ex "set arch i386:x86-64")
for script in "$top"/tools/gdb/*.py; do
    [ ! -e "$script" ] || attach+=(-x "$script")
done
attach+=(-ex "target remote $socket" "${gdb_commands[@]}")

if [ "$listen" = yes ]; then
    say "attach with: ${attach[*]@Q}"
    exec "${machine[@]}" -nographic
fi
"${machine[@]}" -display none -serial "file:$build/debug-serial.log" -monitor none &
qemu=$!
trap 'kill "$qemu" 2>/dev/null' EXIT
for _ in {1..50}; do
    [ -S "$socket" ] && break
    sleep 0.1
done
"${attach[@]}"
