# shellcheck shell=bash
# ./quire build
help_if_asked "$@" <<'HELP'
usage: ./quire build [CONFIGURE-OPTION...] [TARGET...]

Builds everything, or the make TARGETs, in build/: installs missing Debian packages (saying which),
prepares and configures the build tree once, then runs make. The artefacts:

  build/kernel/quire.elf          the kernel, with symbols
  build/userland/initramfs.cpio   BusyBox and /etc
  build/iso/quire.iso             the hybrid BIOS and UEFI image
  build/sysroot/                  compiler wrapper, musl and headers for programs

Options, given to configure when the tree is first configured:
  --with-musl-source=TARBALL      instead of fetching Debian's source package
  --with-busybox-source=TARBALL
  --with-lwip-source=TARBALL
HELP

targets=()
for argument in "$@"; do
    case $argument in
    -*) configure_options+=("$argument") ;;
    *) targets+=("$argument") ;;
    esac
done
[ ${#targets[@]} != 0 ] || targets=(all iso)
[ ${#configure_options[@]} = 0 ] || rm -f "$build/Makefile"
build_targets "${targets[@]}"
say "built in $build"
