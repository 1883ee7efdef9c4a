# shellcheck shell=bash
# ./quire boot
help_if_asked "$@" <<'HELP'
usage: ./quire boot [OPTION...]

Builds what is missing and boots Quire in QEMU, on this terminal, to a BusyBox shell. `poweroff` in
the shell ends it; so does Ctrl-A X.

  --gui            in a window, with screen and keyboard (Debian package qemu-system-gui)
  --uefi           with UEFI firmware instead of a BIOS
  --kernel         the kernel directly, without firmware and boot loader (PVH)
  --smp N          N processors (default 1)
  --mem SIZE       memory, as 64M or 4G (default 512M)
  --append "..."   words added to the kernel's command line, such as norandmaps or trace=ls
  --add FILE       puts FILE (or a folder) into /root; may be repeated
  --initrd FILE    another initramfs (newc) instead of ours
  --no-build       uses what is built already
HELP

firmware=bios display=(-nographic) smp=1 memory=512M append="" initrd="" added=() with_build=yes
consoles="console=tty0 console=ttyS0"
while [ $# -gt 0 ]; do
    case $1 in
    --gui)
        display=(-serial "mon:stdio")
        consoles="console=ttyS0 console=tty0"
        ;;
    --uefi) firmware=uefi ;;
    --kernel) firmware=none ;;
    --no-build) with_build=no ;;
    --smp) smp=$(option_value "$1" $# "${2:-}") && shift ;;
    --mem) memory=$(option_value "$1" $# "${2:-}") && shift ;;
    --append) append=$(option_value "$1" $# "${2:-}") && shift ;;
    --initrd) initrd=$(realpath -e "$(option_value "$1" $# "${2:-}")") && shift ;;
    --add) added+=("$(realpath -e "$(option_value "$1" $# "${2:-}")")") && shift ;;
    *) die "boot: unknown option $1 (see ./quire boot --help)" ;;
    esac
    shift
done

[ "$with_build" = no ] || build_targets iso
initramfs=${initrd:-$build/userland/initramfs.cpio}
iso=$build/iso/quire.iso

if [ ${#added[@]} != 0 ]; then
    {
        echo "archive \"$initramfs\""
        for file in "${added[@]}"; do
            echo "tree \"/root/$(basename "$file")\" \"$file\""
        done
    } >"$build/userland/custom.list"
    initramfs=$build/userland/custom.cpio
    "$top/tools/mkcpio" "$initramfs" "$build/userland/custom.list"
fi
differs=$append$initrd${added[*]}${consoles##console=tty0*}
if [ "$firmware" != none ] && [ -n "$differs" ]; then
    iso=$build/iso/custom.iso
    "$top/iso/make-iso" "$iso" "$build/kernel/quire.elf" "$initramfs" "$consoles $append"
fi

machine=("${qemu_base[@]}" -smp "$smp" -m "$memory" "${display[@]}")
case $firmware in
none) machine+=(-kernel "$build/kernel/quire.elf" -initrd "$initramfs" -append "console=ttyS0 $append") ;;
uefi) machine+=(-bios /usr/share/ovmf/OVMF.fd -cdrom "$iso") ;;
bios) machine+=(-cdrom "$iso" -boot d) ;;
esac
say "booting (poweroff or Ctrl-A X ends)"
exec "${machine[@]}"
