"""A client of QEMU's debugger stub, for programs: the few packets of gdb's remote protocol that stop a
machine, read its registers and memory, and let it go on.
"""

import socket
import struct

# The order of the stub's 'g' packet: sixteen general registers, rip, then 32 bits each of eflags, cs, ...
GENERAL = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
           "r15", "rip")


class Remote:
    """A connection to the stub at the unix socket @path. The machine stops when it is made."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.received = b""
        self.read_packet()  # that it has stopped

    def close(self):
        self.socket.close()

    def read_packet(self):
        """=> the next packet's contents; EOFError when the machine is gone"""
        while True:
            start = self.received.find(b"$")
            end = self.received.find(b"#", start)
            if start >= 0 and 0 <= end <= len(self.received) - 3:
                packet = self.received[start + 1:end]
                self.received = self.received[end + 3:]
                self.socket.sendall(b"+")
                return packet.decode("ascii")
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the machine is gone")
            self.received += data

    def send(self, packet):
        data = packet.encode("ascii")
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def ask(self, packet):
        self.send(packet)
        return self.read_packet()

    def proceed(self):
        self.send("c")

    def stop(self):
        self.socket.sendall(b"\x03")
        self.read_packet()

    def step(self):
        """One instruction of the first processor."""
        self.ask("s")

    def run_to(self, address):
        """Go on until @address is about to be executed."""
        self.ask("Z1,%x,1" % address)
        self.ask("c")
        self.ask("z1,%x,1" % address)

    def processors(self):
        """=> the stub's names of the processors"""
        names, packet = [], self.ask("qfThreadInfo")
        while packet.startswith("m"):
            names += packet[1:].split(",")
            packet = self.ask("qsThreadInfo")
        return names

    def registers(self, processor=None):
        """=> {register: value} of @processor, with "cs"; of the first when it is not named"""
        if processor is not None:
            self.ask("Hg" + processor)
        data = bytes.fromhex(self.ask("g"))
        values = dict(zip(GENERAL, struct.unpack_from("<17Q", data)))
        values["cs"] = struct.unpack_from("<I", data, 17 * 8 + 4)[0]
        return values

    def memory(self, address, length):
        """=> @length bytes, b"" where nothing is mapped"""
        answer = self.ask("m%x,%x" % (address, length))
        return b"" if answer.startswith("E") else bytes.fromhex(answer)
