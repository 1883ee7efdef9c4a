"""Which function of the kernel an address belongs to."""

import bisect
import subprocess


class Symbols:
    def __init__(self, kernel):
        listing = subprocess.run(["nm", "-n", kernel], check=True, text=True, stdout=subprocess.PIPE).stdout
        functions = [(int(address, 16), name) for address, kind, name in
                     (line.split() for line in listing.splitlines() if len(line.split()) == 3)
                     if kind in "tT" or name == "kernel_text_end"]
        self.addresses = [address for address, _ in functions]
        self.names = [name for _, name in functions]
        self.by_name = {name: address for address, name in functions}

    def is_code(self, address):
        """=> whether @address lies in the kernel's code"""
        return self.addresses[0] <= address < self.addresses[-1]

    def function(self, address):
        """=> the name of the function around @address, without what the compiler added to it"""
        return self.names[bisect.bisect_right(self.addresses, address) - 1].split(".")[0]
