# shellcheck shell=bash
# What every command of ./quire needs: messages, packages, the build, QEMU's options.
# `top` is the source tree and `build` the build tree; both are set by ./quire.
: "${top:?}" "${build:?}"

say() {
    echo "quire: $*" >&2
}

die() {
    say "$*"
    exit 1
}

# Prints the help text on standard input and ends when an argument asks for it.
help_if_asked() {
    local argument text
    text=$(cat)
    for argument in "$@"; do
        case $argument in
        --) return ;;
        -h | --help)
            printf '%s\n' "$text"
            exit 0
            ;;
        esac
    done
}

# Debian packages by what they are for.
build_packages=(build-essential autoconf automake bzip2 xz-utils dpkg-dev linux-libc-dev python3
    qemu-system-x86 ovmf grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools)
test_packages=(shellcheck sparse cppcheck clang-format gdb)
debug_packages=(gdb)

package_is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
    local prefix=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "become root and install them: apt-get install $*"
        prefix=(sudo)
    fi
    say "installing the Debian packages: $*"
    local install=("${prefix[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends)
    "${install[@]}" "$@" >/dev/null 2>&1 && return
    "${prefix[@]}" apt-get -qq update
    "${install[@]}" "$@" >/dev/null || die "apt-get could not install: $*"
}

# need_packages PACKAGE... : installs what is missing on Debian; elsewhere a missing tool stops.
need_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        need_tools "$@"
        return
    fi
    for package in "$@"; do
        package_is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

# Without Debian's package manager only the tools themselves can be looked for.
need_tools() {
    local tool
    for tool in gcc make autoconf automake bzip2 xz python3 qemu-system-x86_64 grub-mkrescue xorriso mformat; do
        command -v "$tool" >/dev/null || die "$tool is missing. Quire needs what these Debian packages hold: $*"
    done
}

# build_targets TARGET... : configures where needed and makes TARGETs in the build tree.
build_targets() {
    need_packages "${build_packages[@]}"
    if [ ! -e "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
        say "preparing the build system"
        "$top/autogen.sh" >"$top/autogen.log" 2>&1 || {
            cat "$top/autogen.log" >&2
            die "autogen.sh failed"
        }
        rm -f "$top/autogen.log"
    fi
    if [ ! -e "$build/Makefile" ]; then
        say "configuring in $build"
        mkdir -p "$build"
        (cd "$build" && "$top/configure" --quiet "${configure_options[@]}")
    fi
    make -C "$build" --no-print-directory -j"$(nproc)" "$@"
}
configure_options=()

# KVM only where the processor really offers it: /dev/kvm alone may be an empty promise.
qemu_accelerator() {
    if [ -n "${QUIRE_ACCEL:-}" ]; then
        echo "$QUIRE_ACCEL"
    elif [ -w /dev/kvm ] && grep -qE '^flags.*\<(vmx|svm)\>' /proc/cpuinfo; then
        echo kvm
    else
        echo tcg
    fi
}

# Sets qemu_base: the machine every command uses, CPUs and memory apart.
qemu_base=("${QEMU:-qemu-system-x86_64}" -accel "$(qemu_accelerator)" -cpu max -nic none)

# option_value NAME VALUE-COUNT VALUE : dies when the value is missing.
option_value() {
    [ "$2" -ge 2 ] || die "$1 needs a value"
    printf '%s\n' "$3"
}
