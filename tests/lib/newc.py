"""Write a newc cpio archive (what an initramfs is) from a description in Python.

An Archive is filled entry by entry in the order in which the kernel shall unpack it; parents are
made as they are needed. Times and inode numbers are fixed, so equal input gives equal bytes.
"""

import os
import stat


class Archive:
    def __init__(self):
        self.chunks = []
        self.paths = set()
        self.next_inode = 1

    def add(self, path, mode, data=b"", device=(0, 0)):
        """Append one entry: @mode holds type and permissions as st_mode does."""
        path = path.strip("/")
        self.add_parents(path)
        self.paths.add(path)
        self.append_record(path, mode, data, device)

    def add_parents(self, path):
        parent = os.path.dirname(path)
        if parent and parent not in self.paths:
            self.add(parent, stat.S_IFDIR | 0o755)

    def add_file(self, path, source, mode=None):
        """Append the host file @source as @path with its permissions unless @mode is given."""
        with open(source, "rb") as stream:
            data = stream.read()
        permissions = stat.S_IMODE(os.stat(source).st_mode) if mode is None else mode
        self.add(path, stat.S_IFREG | permissions, data)

    def add_text(self, path, text, mode=0o644):
        self.add(path, stat.S_IFREG | mode, text.encode())

    def add_directory(self, path, mode=0o755):
        self.add(path, stat.S_IFDIR | mode)

    def add_link(self, path, target):
        self.add(path, stat.S_IFLNK | 0o777, target.encode())

    def add_character_device(self, path, major, minor, mode=0o600):
        self.add(path, stat.S_IFCHR | mode, b"", (major, minor))

    def append_record(self, path, mode, data, device):
        name = path.encode() + b"\0"
        fields = [self.next_inode, mode, 0, 0, 1, 0, len(data), 0, 0, device[0], device[1],
                  len(name), 0]
        self.next_inode += 1
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        self.chunks.append(padded(header + name))
        self.chunks.append(padded(data))

    def to_bytes(self):
        self.append_record("TRAILER!!!", 0, b"", (0, 0))
        archive = b"".join(self.chunks)
        self.chunks = [archive]
        return archive


def padded(data):
    return data + b"\0" * (-len(data) % 4)
