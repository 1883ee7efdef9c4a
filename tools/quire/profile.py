"""profile.py BUILD ACCELERATOR [OPTION...] PROGRAM [ARG...]: the host side of ./quire profile.

The program runs as with ./quire run, while a thread stops the machine again and again through QEMU's debugger
stub and reads the stack of each processor by the frame pointers. The kernel has no part in it: it is not
slower when nobody looks, and code that runs with interrupts off is seen like any other.
"""

import argparse
import collections
import struct
import sys
import tempfile
import threading
import time

import flame_graph
import gdb_remote
import run
import symbols

USER = ("user mode",)
FIRMWARE = ("firmware",)
IDLE = "idle_once"
BOOT = "boot_main"
DEEPEST = 64


def stack_of(remote, processor, table):
    """=> the functions on the kernel stack of @processor, outermost first; USER outside the kernel"""
    registers = remote.registers(processor)
    if registers["cs"] & 3:
        return USER
    if not table.is_code(registers["rip"]):
        return FIRMWARE
    stack, frame = [table.function(registers["rip"])], registers["rbp"]
    while len(stack) < DEEPEST:
        link = remote.memory(frame, 16)
        if len(link) < 16:
            break
        frame, back = struct.unpack("<2Q", link)
        if not table.is_code(back):
            break
        stack.append(table.function(back - 1))
    return tuple(reversed(stack))


class Sampler(threading.Thread):
    """Counts stacks until the machine is gone."""

    def __init__(self, path, table, pause):
        super().__init__(daemon=True)
        self.path, self.table, self.pause = path, table, pause
        self.counts = collections.Counter()
        self.ended = threading.Event()

    def run(self):
        remote = gdb_remote.Remote(self.path)
        try:
            processors = remote.processors()
            while not self.ended.is_set():
                remote.proceed()
                time.sleep(self.pause)
                remote.stop()
                self.counts.update(stack_of(remote, each, self.table) for each in processors)
            remote.proceed()
        except (EOFError, OSError):
            pass
        remote.close()


def draw(counts, path, program):
    """Write the graph of the kernel's stacks, without the boot and without the processor's rest."""
    root, own, idle = flame_graph.Node("kernel"), collections.Counter(), 0
    for stack, weight in counts.items():
        if IDLE in stack:
            idle += weight
        elif stack not in (USER, FIRMWARE) and BOOT not in stack:
            root.add(stack, weight)
            own[stack[-1]] += weight
    words = "%d samples in the kernel, %d in user mode, %d idle" % (root.weight, counts[USER], idle)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(flame_graph.svg(root, "%s: %s" % (program, words)))
    print("quire: " + words, file=sys.stderr)
    for name, weight in own.most_common(10):
        print("quire: %6.2f %%  %s" % (100 * weight / root.weight, name), file=sys.stderr)
    print("quire: " + path, file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--output", default="profile.svg")
    parser.add_argument("--pause", type=float, default=1.0)
    own, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    options = run.parse_arguments()
    if options.linux:
        run.fail("profile: Linux's kernel has no symbols here")
    with tempfile.TemporaryDirectory(prefix="quire-profile.") as folder:
        table = symbols.Symbols(run.kernel_image(options))
        sampler = Sampler(folder + "/stub", table, own.pause / 1000)
        status = run.run(options, ["-chardev", "socket,id=stub,server=on,wait=off,path=" + sampler.path,
                                   "-gdb", "chardev:stub"], sampler)
    draw(sampler.counts, own.output, options.program)
    sys.exit(status)


if __name__ == "__main__":
    main()
