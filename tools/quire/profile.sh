# shellcheck shell=bash
# ./quire profile
help_if_asked "$1" <<'HELP'
usage: ./quire profile [OPTION...] PROGRAM [ARG...]

As ./quire run (and with its options), while the machine is stopped a thousand times a second and the kernel's
stack is read. When PROGRAM has ended, a flame graph of where the kernel was is written (SVG, for a browser)
and the ten functions that it was in most often are printed.

  --output FILE    the picture (default profile.svg)
  --pause MS       how long the machine runs between two samples (default 1)

Example: ./quire profile dd if=/dev/zero of=/dev/null bs=512 count=100000
HELP

[ $# -gt 0 ] || die "profile: which program? (see ./quire profile --help)"
build_targets --silent kernel/quire.elf userland/initramfs.cpio userland/run-init >&2
exec python3 "$top/tools/quire/profile.py" "$build" "$(qemu_accelerator)" "$@"
