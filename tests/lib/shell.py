"""Drive a shell on a guest's serial port as a person at a terminal does.

Text is typed, output is read up to the next prompt; control sequences of the terminal are removed.
"""

import re
import time

import guest

PROMPT = re.compile(rb"(?:^|\n|\r|\x1b\[\?1049l)[a-z]+@[a-z]+:[^\n#$]*[#$] (?:\x1b\[J)?$")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r")


class CheckFailed(Exception):
    """What was on the terminal is not what had to be there."""


class Shell:
    def __init__(self, machine, seconds=90):
        self.machine = machine
        self.seconds = seconds
        self.start = 0

    def wait_prompt(self, seconds=None):
        """Wait for the prompt; => what was printed before it, from the last prompt on."""
        match = self.machine.expect(PROMPT, seconds or self.seconds, self.start)
        while self.drain(0.1):
            # A prompt that is followed by more was only redrawn.
            match = self.machine.expect(PROMPT, seconds or self.seconds, self.start)
        text = bytes(self.machine.output[self.start:match.start()])
        self.start = len(self.machine.output)
        return clean(text)

    def drain(self, seconds):
        """Take what comes within @seconds; => whether anything came."""
        try:
            return bool(self.machine.read(seconds))
        except guest.GuestTimeout:
            return False

    def settle(self, seconds):
        """Take what comes until nothing has come for @seconds (at most 5 s)."""
        deadline = time.monotonic() + 5
        while self.drain(seconds) and time.monotonic() < deadline:
            pass

    def type(self, text):
        self.machine.send(text.encode("latin-1"))

    def wait_for(self, pattern, seconds=None):
        """Wait for text that matches @pattern after the last prompt; => the match."""
        return self.machine.expect(re.compile(pattern.encode("latin-1"), re.S), seconds or 30, self.start)

    def skip(self):
        """What has been printed so far is not looked at again."""
        self.start = len(self.machine.output)

    def begin(self, command):
        """Type a command that goes on running, and give it the moment that a person would."""
        self.type(command + "\r")
        self.wait_for(r"\r\n")
        self.settle(0.5)

    def key(self, text, seconds=None):
        """Press a key that ends a program, such as ^C; => what is printed before the prompt."""
        self.type(text)
        return self.wait_prompt(seconds)

    def run(self, command, seconds=None):
        """Type a command line; => its output without the echo of the line."""
        self.type(command + "\r")
        lines = self.wait_prompt(seconds).split("\n")
        return "\n".join(lines[1:]).strip("\n")

    def recover(self):
        """After something went wrong: out of whatever program runs, back to a fresh prompt."""
        for keys in ("\x03", "\x1b", ":q!\r", "\x03"):
            self.type(keys)
            self.settle(0.3)
        self.skip()
        self.type("echo back''again\r")
        self.wait_for("\nbackagain\r\n", 20)
        self.wait_prompt(20)


def clean(text):
    return CONTROL.sub("", text.decode("latin-1"))


def expect(output, pattern):
    """Check that @output has a match of @pattern; => the match."""
    match = re.search(pattern, output, re.M | re.S)
    if not match:
        raise CheckFailed("no match of %r in:\n%s" % (pattern, output[-1500:]))
    return match


def expect_equal(output, wanted):
    if output != wanted:
        raise CheckFailed("wanted:\n%s\ngot:\n%s" % (wanted, output[-1500:]))
