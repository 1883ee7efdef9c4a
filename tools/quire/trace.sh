# shellcheck shell=bash
# ./quire trace
help_if_asked "$1" <<'HELP'
usage: ./quire trace [OPTION...] PROGRAM [ARG...]

As ./quire run (and with its options), while the kernel prints every system call that PROGRAM and its
threads make, with decoded arguments and result, on standard error. To trace a command in a booted
shell: ./quire boot --append trace=NAME.
HELP

program=""
takes_value=no
for argument in "$@"; do
    if [ "$takes_value" = yes ]; then
        takes_value=no
        continue
    fi
    case $argument in
    --smp | --mem | --append | --add | --timeout) takes_value=yes ;;
    -*) ;;
    *)
        program=$argument
        break
        ;;
    esac
done
[ -n "$program" ] || die "trace: which program? (see ./quire trace --help)"
build_targets --silent kernel/quire.elf userland/initramfs.cpio userland/run-init >&2
exec python3 "$top/tools/quire/run.py" "$build" "$(qemu_accelerator)" \
    --trace "$(basename "$program")" "$@"
