"""Boot a guest kernel, Linux or Quire, headless in QEMU and read its serial port.

Both kernels are started the same way (-kernel, -initrd, -append, serial port on our pipe), so a test
that runs on one runs on the other. A Guest is a context manager; leaving it ends QEMU.
"""

import os
import selectors
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

# Four-level paging: what Quire offers to user programs, so that Linux answers for the same machine
# (with five levels user addresses go on above 2^47).
CPU = "max,la57=off"

DEBUG_EXIT = ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]


def build_directory():
    """The build tree in use: $QUIRE_BUILD, or build/ at the top."""
    return os.environ.get("QUIRE_BUILD") or os.path.join(TOP, "build")


def kernel_image(system):
    """The path of the kernel of @system, "linux" or "quire"."""
    if system == "quire":
        return os.path.join(build_directory(), "kernel", "quire.elf")
    return subprocess.run([os.path.join(HERE, "fetch-linux")], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def qemu_program():
    program = os.environ.get("QEMU") or shutil.which("qemu-system-x86_64")
    if not program:
        sys.exit("qemu-system-x86_64 is missing (Debian package qemu-system-x86)")
    return program


class GuestTimeout(Exception):
    pass


class Guest:
    """One running QEMU. @extra are further QEMU arguments; @kernel None boots from those alone."""

    def __init__(self, kernel, initrd=None, append="", smp=1, memory="512M", cpu=CPU, extra=()):
        command = [qemu_program(), "-accel", "tcg", "-cpu", cpu, "-smp", str(smp), "-m", memory,
                   "-display", "none", "-serial", "stdio", "-monitor", "none", "-nic", "none",
                   "-no-reboot"]
        if kernel:
            command += ["-kernel", kernel, "-append", append]
        if initrd:
            command += ["-initrd", initrd]
        self.command = command + DEBUG_EXIT + list(extra)
        self.output = bytearray()
        self.status = None
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.selector.close()
        if self.process.poll() is None:
            self.process.kill()
        self.status = self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def read(self, seconds):
        """Bytes that arrive within @seconds (the first lot), b"" at the end of the guest."""
        if not self.selector.select(seconds):
            raise GuestTimeout("no output for %d s" % seconds)
        data = os.read(self.process.stdout.fileno(), 65536)
        self.output += data
        return data

    def lines(self, idle_seconds, total_seconds):
        """Each complete line as text until the guest ends; raises GuestTimeout.
        @idle_seconds() says how long the guest may be silent now."""
        deadline = time.monotonic() + total_seconds
        rest = b""
        while True:
            data = self.read(idle_seconds())
            if not data:
                return
            *complete, rest = (rest + data).split(b"\n")
            for line in complete:
                yield line.rstrip(b"\r").decode("latin-1")
            if time.monotonic() > deadline:
                raise GuestTimeout("the guest was still running after %d s" % total_seconds)

    def expect(self, pattern, seconds, start=0):
        """Read until the compiled bytes regex @pattern matches after offset @start.
        => the match; raises GuestTimeout when it does not come, EOFError when the guest ends"""
        deadline = time.monotonic() + seconds
        while True:
            match = pattern.search(self.output, start)
            if match:
                return match
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise GuestTimeout("%r did not come in %d s" % (pattern.pattern, seconds))
            if not self.read(remaining):
                raise EOFError("the guest ended before %r" % pattern.pattern)
