"""Run the benchmark program in guests and collect its figures.

QEMU runs with -icount shift=0: one virtual nanosecond is one instruction, so a figure depends on the
programs in the guest alone, not on this machine or its load. `rep stosb` would count one instruction a
byte, so the processor has no ERMS: both kernels clear and copy eight bytes at a time.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TESTS, "lib"))
import guest  # noqa: E402
import newc  # noqa: E402

ICOUNT = ["-icount", "shift=0,align=off,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
CPU = "max,la57=off,erms=off"
MEMORY = "3G"
BARE = ("mitigations=off init_on_alloc=0 randomize_kstack_offset=off hardened_usercopy=off audit=0 "
        "cgroup_disable=memory preempt=none")

# A column is a system: what boots, and words added to its command line.
COLUMNS = {"quire": ("quire", ""), "linux": ("linux", ""), "linux-bare": ("linux", BARE)}

INIT = """#!/bin/sh
mount -t devtmpfs dev /dev 2>/dev/null
mount -t proc proc /proc
mount -t tmpfs none /tmp
mkdir -p /dev/shm
mount -t tmpfs none /dev/shm
echo 1000000 > /proc/sys/vm/max_map_count
/bench %s > /figures
cat /figures
echo bench-end
exec sleep 1000
"""
SOURCES = ["bench", "memory", "areas", "calls", "processes", "population", "ipc", "footprint"]


def output_directory():
    path = os.path.join(guest.build_directory(), "tests", "bench")
    os.makedirs(path, exist_ok=True)
    return path


def compiler():
    own = os.path.join(guest.build_directory(), "sysroot", "bin", "x86_64-quire-linux-musl-gcc")
    return own if os.path.exists(own) else "musl-gcc"


def build():
    """Compile the programs; => the directory they are in"""
    folder = output_directory()
    for name, sources in (("bench", SOURCES), ("counter", ["counter"])):
        subprocess.run([compiler(), "-std=gnu11", "-O2", "-static", "-Wall", "-Wextra", "-Werror",
                        "-Wno-unused-result", "-Wno-clobbered", "-o", os.path.join(folder, name)] +
                       [os.path.join(HERE, source + ".c") for source in sources], check=True)
    subprocess.run(["gcc", "-m32", "-nostdlib", "-static", "-no-pie", "-Wl,-Ttext=0x200000", "-Wl,-estart",
                    "-Wl,--build-id=none", "-o", os.path.join(folder, "entry"),
                    os.path.join(HERE, "entry.S")], check=True)
    return folder


def overlay(path, entries):
    """The build's initramfs followed by an archive with more @entries (archive calls)."""
    archive = newc.Archive()
    for method, *arguments in entries:
        getattr(archive, method)(*arguments)
    with open(os.path.join(guest.build_directory(), "userland", "initramfs.cpio"), "rb") as stream:
        first = stream.read()
    with open(path, "wb") as stream:
        stream.write(first + b"\0" * (-len(first) % 4) + archive.to_bytes())


def boot(column, entries, pattern, append="", clock=ICOUNT):
    """Boot @column with @entries added; => the text of the console when @pattern has come"""
    system, words = COLUMNS[column]
    with tempfile.NamedTemporaryFile(suffix=".cpio") as initrd:
        overlay(initrd.name, entries)
        machine = guest.Guest(guest.kernel_image(system), initrd.name,
                              "console=ttyS0 quiet panic=-1 norandmaps %s %s" % (words, append),
                              1, MEMORY, CPU, clock)
        with machine:
            machine.expect(re.compile(pattern), 1800)
        return machine.output.decode("latin-1")


def firmware_cost(folder):
    machine = guest.Guest(os.path.join(folder, "entry"), None, "", 1, MEMORY, CPU, ICOUNT)
    with machine:
        while machine.read(30):
            pass
    return int(re.search(rb"([0-9a-f]{16})", machine.output).group(1), 16)


def boot_cost(column, folder):
    """From the kernel's entry to the prompt of the same initramfs."""
    profile = os.path.join(os.path.dirname(TESTS), "userland", "root", "etc", "profile")
    with open(profile) as stream:
        text = stream.read() + "\n/counter\n"
    output = boot(column, [("add_text", "etc/profile", text),
                           ("add_file", "counter", os.path.join(folder, "counter"), 0o755)],
                  rb"counter \d+\r?\n")
    return int(re.search(r"counter (\d+)", output).group(1)) - firmware_cost(folder)


def operation_costs(column, folder, names, clock=ICOUNT):
    """=> {group: {metric: figure}}"""
    output = boot(column, [("add_text", "bench-init", INIT % " ".join(names), 0o755),
                           ("add_file", "bench", os.path.join(folder, "bench"), 0o755)],
                  rb"bench-end|anic", "rdinit=/bench-init", clock)
    groups = {}
    for group, name, value in re.findall(r"^bench (\S+) (\S+) (-?\d+)", output, re.M):
        groups.setdefault(group, {})[name] = int(value)
    for line in re.findall(r"^(bench-failed.*|.*anic.*)$", output, re.M):
        print("%s: %s" % (column, line.strip()), file=sys.stderr)
    return groups


def is_chosen(name, patterns):
    return not patterns or any(pattern in name for pattern in patterns)


def figures(column, folder, names):
    """=> {group: {metric: figure}} of the metrics whose names contain one of @names, all without"""
    groups = operation_costs(column, folder, names)
    if is_chosen("boot-to-prompt", names):
        groups["boot"] = {"boot-to-prompt": boot_cost(column, folder)}
    return groups


def all_figures(columns, names):
    """=> {column: {group: {metric: figure}}}, as many guests at a time as there are processors"""
    folder = build()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(columns, pool.map(lambda column: figures(column, folder, names), columns)))


def wall_times(columns, names, rounds):
    """=> {column: [{group: {metric: ticks}} of each round]}; the systems take turns, one guest at a time"""
    folder = build()
    times = {column: [] for column in columns}
    for _ in range(rounds):
        for column in columns:
            times[column].append(operation_costs(column, folder, names, clock=[]))
    return times
