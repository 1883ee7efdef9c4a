"""The Open POSIX Test Suite as programs for a guest: fetched, unpacked and built unmodified.

A program is a file conformance/interfaces/NAME.c or conformance/definitions/NAME.c that has a main (the
others only show that a header declares something, which concerns the C library). Each is linked
statically with the sysroot and runs after BusyBox's initramfs has been unpacked, so that it finds a
shell, a user that is not root, and the usual files. What a program's exit status means is the suite's.
"""

import concurrent.futures
import copy
import os
import re
import shutil
import subprocess

import guest
import programs

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PACKAGE = "posixtestsuite"
# What the suite's Makefile and its file LDFLAGS recommend, linked statically, silent.
FLAGS = ["-O2", "-std=gnu99", "-w", "-D_POSIX_C_SOURCE=200112L", "-D_XOPEN_SOURCE=600", "-static", "-s",
         "-pthread"]
WORDS = {"exit 0": "PASS", "exit 1": "FAIL", "exit 2": "UNRESOLVED", "exit 4": "UNSUPPORTED",
         "exit 5": "UNTESTED", "timeout": "TIMEOUT"}
# The suite itself gives a program 240 seconds; nearly all need less than 10.
SECONDS = 120
LONGEST = {"shm_open/23-1": 240}  # a thousand processes that open a thousand names
# The clock runs with the instructions and leaps when all processors wait: a program that sleeps costs
# nothing, and no result depends on how busy this machine is. An instruction takes 2^3 nanoseconds in the
# first run, in further ones fewer or more, since a race may end otherwise on a faster or slower machine.
# Only with one processor: with several, QEMU lets one run alone for long while it waits for another.
CLOCK_SHIFTS = [3, 2, 4]

AREAS = [("aio_|lio_", "asynchronous I/O"), ("mq_", "message queues"), ("sem_", "semaphores"),
         ("mmap|munmap|mlock|munlock|shm_", "memory"), ("timer_", "timers"),
         ("sched_", "scheduling"), ("sig|kill|raise", "signals"),
         ("pthread_barrier", "barriers"), ("pthread_cond", "condition variables"),
         ("pthread_mutex", "mutexes"), ("pthread_rwlock", "readers-writer locks"),
         ("pthread_spin", "spin locks"), ("pthread_attr", "attributes of threads"),
         ("pthread_", "threads"), ("definitions/", "headers"), ("fork|getpid|fsync", "processes, files"),
         ("", "clocks and time")]


def area_of(name):
    return next(area for pattern, area in AREAS if re.match(pattern, name))


def word_of(result):
    """=> what a programs.Result came to, in the suite's words or ours"""
    if result.audit:
        return "AUDIT"
    if result.end.startswith("signal "):
        return "KILLED-" + result.end.split()[1]
    if result.end.startswith("exit "):
        return WORDS.get(result.end, "STATUS-" + result.end.split()[1])
    return WORDS.get(result.end, "STOPPED")


def unpack():
    """=> the folder of the unpacked suite"""
    folder = os.path.join(guest.build_directory(), "tests", "posix", "source")
    tarball = subprocess.run([os.path.join(TOP, "libc-port", "fetch-source"), PACKAGE], check=True,
                             text=True, stdout=subprocess.PIPE).stdout.strip()
    stamp = os.path.join(folder, "unpacked")
    if os.path.exists(stamp) and os.path.getmtime(stamp) > os.path.getmtime(tarball):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    subprocess.run(["tar", "-xf", tarball, "-C", folder, "--strip-components=1"], check=True)
    open(stamp, "w").close()
    return folder


def find(folder):
    """=> {name: path} of the programs of the suite in @folder"""
    found = {}
    for kind, prefix in (("interfaces", ""), ("definitions", "definitions/")):
        root = os.path.join(folder, "conformance", kind)
        for where, _, entries in os.walk(root):
            for entry in entries:
                path = os.path.join(where, entry)
                if re.match(r"\d+-.*\.c$", entry) and has_main(path):
                    found[prefix + os.path.relpath(path, root)[:-2]] = path
    return {name: found[name] for name in sorted(found, key=natural_order)}


def has_main(path):
    with open(path, encoding="latin-1") as stream:
        return re.search(r"\bmain\s*\(", stream.read()) is not None


def natural_order(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


class Suite(programs.Programs):
    """The programs whose names @choose takes. @virtual: see CLOCK_SHIFTS. @repeated tells what was run again."""

    def __init__(self, choose, virtual=True, log=None):
        self.suite = unpack()
        self.sources = {name: path for name, path in find(self.suite).items() if choose(name)}
        super().__init__(HERE, self.sources, log=log)
        self.virtual = virtual
        self.base = os.path.join(guest.build_directory(), "userland", "initramfs.cpio")
        self.unbuilt = []
        self.repeated = []  # what was run again, and what it came to

    def part(self, names, smp, run):
        """=> the same for some of the names, on @smp processors, in the @run-th run"""
        part = copy.copy(self)
        part.names = list(names)
        if self.virtual and smp == 1:
            part.extra = ["-icount", "shift=%d,sleep=off" % CLOCK_SHIFTS[run % len(CLOCK_SHIFTS)]]
        return part

    def source_of(self, name):
        return self.sources[name]

    def seconds_of(self, name):
        return LONGEST.get(name, SECONDS)

    def patience_of(self, name):
        """A virtual second of work may take several of a busy machine's."""
        return 6 * self.seconds_of(name)

    def machine_of(self, name, memory, cpu):
        return memory, cpu

    def build(self):
        """Compile what is not there; names that do not compile with musl move to @unbuilt."""
        init = os.path.join(programs.HERE, "test-init.c")
        programs.stop_on(self.compile(self.init_binary(), [init], [init]))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            built = list(pool.map(self.build_one, self.names))
        self.unbuilt = [name for name, good in zip(self.names, built) if not good]
        self.names = [name for name, good in zip(self.names, built) if good]

    def build_one(self, name):
        """=> whether the program is there; what gcc said of one that is not is kept beside it"""
        target = self.binary_of(name)
        refusal = target + ".refused"
        if os.path.exists(target) or os.path.exists(refusal):
            return os.path.exists(target)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        done = subprocess.run([programs.compiler()] + FLAGS + ["-I", os.path.join(self.suite, "include"),
                                                               "-o", target, self.source_of(name)],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            with open(refusal, "w") as stream:
                stream.write(done.stderr)
        return done.returncode == 0
