"""run.py BUILD ACCELERATOR [OPTION...] PROGRAM [ARG...]: the host side of ./quire run.

Boots a kernel with /run-init (userland/run-init.c, which describes the frames) as its first process
and connects the program's descriptors to ours over the second serial port.
"""

import argparse
import fcntl
import os
import selectors
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tty

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FRAME_MAX = 1024
FAILED = 125
ESCAPE = b"\x1d"  # Ctrl-] gives up, as in telnet


def parse_arguments():
    parser = argparse.ArgumentParser(prog="quire run", add_help=False, allow_abbrev=False)
    parser.add_argument("build")
    parser.add_argument("accelerator")
    parser.add_argument("--smp", default="1")
    parser.add_argument("--mem", default="512M")
    parser.add_argument("--append", default="")
    parser.add_argument("--add", action="append", default=[])
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--console", action="store_true")
    parser.add_argument("--linux", action="store_true")
    parser.add_argument("--trace")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args()


def fail(text):
    print("quire: " + text, file=sys.stderr)
    sys.exit(FAILED)


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data):]


def is_interactive():
    return os.isatty(0) and os.isatty(1)


def terminal_size():
    size = shutil.get_terminal_size()
    return "%d %d" % (size.lines, size.columns)


def make_initramfs(options, folder):
    """Our initramfs with run-init, the request and the files asked for. => its path"""
    path = options.program
    lines = ["archive %s" % shlex.quote(options.build + "/userland/initramfs.cpio"),
             "file /run-init 755 %s" % shlex.quote(options.build + "/userland/run-init"),
             "file /run-init.request 600 %s" % shlex.quote(folder + "/request")]
    for name in options.add:
        if not os.path.exists(name):
            fail("%s: no such file" % name)
        lines.append("tree %s %s" % (shlex.quote("/root/" + os.path.basename(os.path.abspath(name))),
                                     shlex.quote(os.path.realpath(name))))
    if "/" in path:
        if not os.path.isfile(path):
            fail("%s: no such file" % path)
        inside = "/root/" + os.path.basename(path)
        lines.append("file %s 755 %s" % (shlex.quote(inside), shlex.quote(os.path.abspath(path))))
        path = inside
    strings = [terminal_size() if is_interactive() else "pipe", os.environ.get("TERM", "linux"), path,
               options.program] + options.arguments
    with open(folder + "/request", "wb") as stream:
        stream.write(b"".join(os.fsencode(string) + b"\0" for string in strings))
    with open(folder + "/list", "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines).replace("$", "$$") + "\n")
    subprocess.run([TOP + "/tools/mkcpio", folder + "/initramfs.cpio", folder + "/list"], check=True)
    return folder + "/initramfs.cpio"


def kernel_image(options):
    if not options.linux:
        return options.build + "/kernel/quire.elf"
    found = subprocess.run([TOP + "/tests/lib/fetch-linux"], stdout=subprocess.PIPE, check=True, text=True)
    return found.stdout.strip()


def qemu_command(options, initramfs, port):
    loud = options.console or options.trace
    append = ["console=ttyS0", "rdinit=/run-init", "panic=-1", "" if loud else "quiet"]
    if options.trace:
        append.append("trace=" + options.trace)
    return [os.environ.get("QEMU", "qemu-system-x86_64"), "-accel", options.accelerator, "-cpu", "max",
            "-smp", options.smp, "-m", options.mem, "-nic", "none", "-display", "none",
            "-monitor", "none", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
            "-kernel", kernel_image(options), "-initrd", initramfs,
            "-append", " ".join(append + [options.append]), "-serial", "stdio",
            "-chardev", "socket,id=run,path=" + port, "-serial", "chardev:run"]


class Carrier:
    """Moves frames between the guest's port and our descriptors until the exit status comes."""

    def __init__(self, process, port, show_console):
        self.console = process.stdout.fileno()
        self.show_console = show_console
        self.console_text = bytearray()
        self.port = port
        self.received = bytearray()
        self.asked = False
        self.status = None
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.console, selectors.EVENT_READ, self.read_console)
        self.selector.register(port, selectors.EVENT_READ, self.read_port)
        self.reads_input = False

    def read_console(self):
        data = os.read(self.console, 65536)
        if not data:
            self.selector.unregister(self.console)
        if self.show_console:
            write_all(2, data)
        self.console_text = (self.console_text + data)[-65536:]

    def read_port(self):
        data = self.port.recv(65536)
        if not data:
            self.selector.unregister(self.port)
        self.received += data
        while len(self.received) >= 3:
            kind, length = struct.unpack("<cH", self.received[:3])
            if len(self.received) < 3 + length:
                return
            self.handle(kind, bytes(self.received[3:3 + length]))
            del self.received[:3 + length]

    def handle(self, kind, data):
        if kind == b"o":
            write_all(1, data)
        elif kind == b"e":
            write_all(2, data)
        elif kind == b"r":
            self.watch_input(True)
        elif kind == b"x":
            self.status = int(data)

    def watch_input(self, wanted):
        """Reads our standard input only while the guest waits for it."""
        if wanted == self.reads_input:
            return
        self.reads_input = wanted
        if not wanted:
            self.selector.unregister(0)
            return
        try:
            self.selector.register(0, selectors.EVENT_READ, self.read_input)
        except PermissionError:  # a regular file: always readable, and epoll does not take it
            self.reads_input = False
            self.read_input()

    def read_input(self):
        data = os.read(0, FRAME_MAX)
        if is_interactive() and ESCAPE in data:
            fail("given up")
        self.port.sendall(struct.pack("<cH", b"i", len(data)) + data)
        self.watch_input(False)

    def carry(self, deadline):
        """=> whether the program ended, with self.status set"""
        while self.status is None and self.selector.get_map():
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                return False
            for key, _ in self.selector.select(remaining):
                key.data()
            if self.reads_input and len(self.selector.get_map()) == 1:
                return False  # the guest is gone, only our own input is left
        return self.status is not None


def carry_until_end(options, process, listener, companion):
    deadline = None if options.timeout is None else time.monotonic() + options.timeout
    listener.settimeout(10)
    port, _ = listener.accept()
    if companion is not None:
        companion.start()
    carrier = Carrier(process, port, options.console or options.trace)
    saved = termios.tcgetattr(0) if is_interactive() else None
    if saved:
        tty.setraw(0)
    try:
        ended = carrier.carry(deadline)
    finally:
        if companion is not None:
            companion.ended.set()
            companion.join()
        if saved:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
    if ended:
        return carrier.status
    if not carrier.show_console:
        write_all(2, bytes(carrier.console_text[-8192:]))
    late = deadline is not None and time.monotonic() >= deadline
    fail("%s did not end in %g s" % (options.program, options.timeout) if late else "the kernel stopped")
    return FAILED


def run(options, machine=(), companion=None):
    """Boot, run the program and end the machine, which has more QEMU arguments @machine (before ours).
    @companion is a thread that works beside it: started when the machine answers, told to end by its event.
    => the program's exit status"""
    with tempfile.TemporaryDirectory(prefix="quire-run.") as folder, \
            socket.socket(socket.AF_UNIX) as listener:
        listener.bind(folder + "/port")
        listener.listen(1)
        fcntl.fcntl(listener, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        command = qemu_command(options, make_initramfs(options, folder), folder + "/port")
        command[1:1] = machine
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            return carry_until_end(options, process, listener, companion)
        finally:
            process.kill()
            process.wait()


def main():
    options = parse_arguments()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(run(options))


if __name__ == "__main__":
    main()
