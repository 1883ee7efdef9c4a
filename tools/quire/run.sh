# shellcheck shell=bash
# ./quire run
help_if_asked "$1" <<'HELP'
usage: ./quire run [OPTION...] PROGRAM [ARG...]

Boots Quire without a screen, runs PROGRAM in it and ends with its exit status (128 + N after signal
N, 125 when Quire itself failed). Standard input, output and error are this command's; on a terminal
the program has a terminal. PROGRAM with a slash is a file of this machine, static or linked against
musl (see build/sysroot); without one it is a command inside, such as ls. It starts in /root.

  --smp N          N processors (default 1)
  --mem SIZE       memory, as 64M or 4G (default 512M)
  --append "..."   words added to the kernel's command line
  --add FILE       puts FILE (or a folder) into /root too; may be repeated
  --timeout S      gives up after S seconds
  --console        shows the kernel's messages on standard error
  --linux          runs it under Debian's Linux instead, to compare

Example: build/sysroot/bin/x86_64-quire-linux-musl-gcc hello.c -o hello && ./quire run ./hello
HELP

[ $# -gt 0 ] || die "run: which program? (see ./quire run --help)"
targets=(userland/initramfs.cpio userland/run-init)
[[ " $* " == *" --linux "* ]] || targets+=(kernel/quire.elf)
build_targets --silent "${targets[@]}" >&2
exec python3 "$top/tools/quire/run.py" "$build" "$(qemu_accelerator)" "$@"
