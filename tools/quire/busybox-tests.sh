# shellcheck shell=bash
# ./quire busybox-tests
help_if_asked "$@" <<'HELP'
usage: ./quire busybox-tests [--on linux|quire|both] [--smp N] [--without AREA] [PATTERN...]

Runs BusyBox's own test suite, by BusyBox's ash, on Debian's Linux and on Quire: the same binary and the
same initramfs in the same QEMU. PATTERN selects applets and folders by a part of their name: applet/tar,
ash/ash-signals; --without leaves one out, such as applet/bc, the longest. Prints what each came to as it goes, and writes the report to
build/tests/busybox.txt and build/tests/busybox.html.
HELP
build_targets --silent kernel/quire.elf userland/initramfs.cpio sysroot.stamp
exec "$top/tests/busybox/run" --whole "$@"
