"""Test programs in a guest: built from a folder of C files, run one after another in as few boots as
their memory and the guest's health allow.

A program FOLDER/NAME.c is linked with the words of tests/system/test.h; tests/lib/test-init.c is the
first process and runs each. A line "# ..." that it prints is a note for people: shown, not compared. Its
first comment may ask for more time than the usual ("seconds: N"), more memory ("memory: SIZE") or another
processor ("cpu: MODEL", as QEMU's -cpu). When the guest dies the program that was running has failed and
a fresh guest goes on with the next.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

import guest
import newc

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = os.path.join(os.path.dirname(HERE), "system")
USUAL_SECONDS = 20
# How long a guest may be silent beyond the time the running program may take.
IDLE_SECONDS = 20
COMPILE_FLAGS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-static", "-no-pie",
                 "-pthread", "-fno-builtin"]
# Tests hand bad pointers to calls, overflow the stack and ignore results on purpose.
COMPILE_FLAGS += ["-Wno-" + warning for warning in (
    "nonnull", "maybe-uninitialized", "stringop-overread", "stringop-overflow",
    "infinite-recursion", "unused-result", "missing-field-initializers")]


class Result:
    def __init__(self):
        self.lines = []
        self.end = None
        self.audit = []
        self.notes = []
        self.seconds = 0

    def text(self):
        ending = [] if self.end == "exit 0" else ["[%s]" % self.end]
        return "".join(line + "\n" for line in self.lines + ending)


class Programs:
    """The programs @names of @folder; @library are further C files that each is linked with, @log a
    file that all that the guests say is written to, @texts further files of the guest: {path: text},
    @kernel another image than the usual one. An archive @base is unpacked before them; @extra are further
    QEMU arguments. After a run @missing_calls has, by name, what the log said of calls that are not
    implemented."""

    def __init__(self, folder, names, library=(), log=None, texts=(), kernel=None):
        self.folder = folder
        self.names = list(names)
        self.library = [os.path.join(WORDS, "test.c")] + list(library)
        self.log = log
        self.texts = dict(texts)
        self.kernel = kernel
        self.output = os.path.join(guest.build_directory(), "tests", os.path.basename(folder))
        self.base = None
        self.extra = []
        self.missing_calls = {}

    def source_of(self, name):
        return os.path.join(self.folder, name + ".c")

    def binary_of(self, name):
        return os.path.join(self.output, name)

    def init_binary(self):
        return os.path.join(guest.build_directory(), "tests", "test-init")

    def comment_word(self, name, pattern):
        with open(self.source_of(name)) as stream:
            match = re.search(pattern, stream.read(2000))
        return match.group(1) if match else None

    def seconds_of(self, name):
        return int(self.comment_word(name, r"seconds: (\d+)") or USUAL_SECONDS)

    def patience_of(self, name):
        """=> how long a guest may be silent while @name runs before it counts as dead"""
        return IDLE_SECONDS + self.seconds_of(name)

    def machine_of(self, name, memory, cpu):
        """=> the memory and the processor that a program asks for, or the usual ones"""
        return (self.comment_word(name, r"memory: (\d+[MG])") or memory,
                self.comment_word(name, r"cpu: (\S+)") or cpu)

    def build(self):
        """Compile what is not newer than all it is made of; ends the script with what gcc says."""
        os.makedirs(self.output, exist_ok=True)
        headers = [os.path.join(where, entry) for folder in {WORDS, self.folder}
                   for where, _, entries in os.walk(folder)
                   for entry in entries if entry.endswith(".h")]
        objects = []
        for source in self.library:
            objects.append(os.path.join(self.output, os.path.basename(source)[:-2] + ".o"))
            stop_on(self.compile(objects[-1], ["-c", source], [source] + headers))
        jobs = [(self.init_binary(), [os.path.join(HERE, "test-init.c")],
                 [os.path.join(HERE, "test-init.c")])]
        for name in self.names:
            sources = [self.source_of(name)] + objects
            jobs.append((self.binary_of(name), sources, sources + headers))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            stop_on("".join(pool.map(lambda job: self.compile(*job), jobs)))

    def compile(self, target, arguments, inputs):
        """=> what gcc said where it failed"""
        if os.path.exists(target) and os.path.getmtime(target) > max(map(os.path.getmtime, inputs)):
            return ""
        os.makedirs(os.path.dirname(target), exist_ok=True)
        command = [compiler()] + COMPILE_FLAGS + ["-I", WORDS, "-I", self.folder, "-o", target] + arguments
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        return done.stderr if done.returncode else ""

    def make_initrd(self, names, path):
        archive = newc.Archive()
        for folder in ("dev", "proc", "sys", "tmp"):
            archive.add_directory(folder)
        archive.add_character_device("dev/console", 5, 1)
        archive.add_character_device("dev/null", 1, 3, 0o666)
        archive.add_file("init", self.init_binary(), 0o755)
        archive.add_text("tests/list",
                         "".join("%s %d\n" % (name, self.seconds_of(name)) for name in names))
        for name in names:
            archive.add_file("tests/" + name, self.binary_of(name), 0o755)
        for where, text in self.texts.items():
            archive.add_text(where, text)
        with open(path, "wb") as stream:
            if self.base:
                with open(self.base, "rb") as first:
                    stream.write(newc.padded(first.read()))
            stream.write(archive.to_bytes())

    def run(self, system, smp=1, memory="512M", append="", cpu=guest.CPU):
        """Run all on @system, "linux" or "quire"; yields (name, Result) of each."""
        machines = {}
        for name in self.names:
            machines.setdefault(self.machine_of(name, memory, cpu), []).append(name)
        for (size, kind), remaining in machines.items():
            while remaining:
                for name, result in self.run_boot(remaining, system, smp, size, append, kind):
                    yield name, result
                    remaining.remove(name)

    def unexpected_calls(self):
        """=> what the log said of calls that Linux has and Quire has not"""
        return [text for call, text in sorted(self.missing_calls.items()) if call not in refused_calls()]

    def run_boot(self, names, system, smp, memory, append, cpu):
        """One boot; yields (name, Result) of each that ended, and of the one that ended the guest."""
        results = {}
        current = None
        reason = "the guest ended"
        with tempfile.NamedTemporaryFile(suffix=".cpio") as initrd:
            self.make_initrd(names, initrd.name)
            machine = guest.Guest(self.kernel or guest.kernel_image(system), initrd.name,
                                  "console=ttyS0 quiet panic=-1 rdinit=/init " + append, smp, memory, cpu,
                                  self.extra)
            with machine:
                try:
                    patience = {name: self.patience_of(name) for name in names}
                    for line in machine.lines(lambda: patience.get(current, 60),
                                              60 + sum(patience.values())):
                        if line == "@@ done":
                            break
                        if line.startswith("@@ missing "):
                            self.missing_calls.update(missing_call(line))
                            continue
                        before, current = current, take_line(line, current, results)
                        if before and before != current:
                            yield before, results.pop(before)
                except guest.GuestTimeout as problem:
                    reason = str(problem)
        if self.log:
            with open(self.log, "ab") as stream:
                stream.write(machine.output)
        current = current or names[0]
        result = results.get(current, Result())
        if result.end is None:
            result.end = reason
            print("the guest's last words in %s:\n    " % current +
                  machine.output[machine.output.rfind(b"@@ start"):][-2000:].decode("latin-1")
                  .replace("\n", "\n    "))
        yield current, result


def find(folder, patterns):
    """Names of the programs in @folder and one level below that contain one of @patterns."""
    names = []
    for entry in sorted(os.listdir(folder)):
        path = os.path.join(folder, entry)
        if os.path.isdir(path):
            names += [entry + "/" + name[:-2] for name in sorted(os.listdir(path)) if name.endswith(".c")]
    return [name for name in names
            if not patterns or any(pattern in name for pattern in patterns)]


def missing_call(line):
    """A line of the log, "... NAME[1]: system call 449 (futex_waitv) is not implemented". => {call: text}"""
    match = re.search(r"(\S+)\[\d+\]: system call (\d+) \((\S+)\) is not implemented", line)
    if not match:
        return {line: line}
    return {match.group(3): "system call %s (%s), made by %s" % (match.group(2), match.group(3), match.group(1))}


def refused_calls():
    """=> the names of the calls that Linux answers with ENOSYS"""
    with open(os.path.join(HERE, "refused-calls")) as stream:
        return {line.strip() for line in stream if not line.startswith("#")}


def compiler():
    own = os.path.join(guest.build_directory(), "sysroot", "bin", "x86_64-quire-linux-musl-gcc")
    return own if os.path.exists(own) else "musl-gcc"


def stop_on(errors):
    if errors:
        sys.exit(errors)


def take_line(line, current, results):
    """Account one console line; => the name of the program that is running"""
    match = re.match(r"(?:.*)@@ (start|took|end|audit) (\S+) ?(.*)$", line)
    if match:
        kind, name, rest = match.groups()
        result = results.setdefault(name, Result())
        if kind == "end":
            result.end = rest
        elif kind == "took":
            result.seconds = float(rest)
        elif kind == "audit":
            result.audit.append(rest)
        return name
    if line.startswith("| # ") and current:
        results[current].notes.append(line[4:])
    elif line.startswith("| ") and current:
        results[current].lines.append(line[2:])
    return current
