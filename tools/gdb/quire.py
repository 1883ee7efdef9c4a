"""Commands of gdb for a stopped Quire: `help quire` lists them.

They read memory only, through symbols and debug information, so they work on a running machine's
gdbserver at any stop, and print what they can of structures that are just being changed.
"""
import gdb

DIRECT_MAP = 0xFFFF888000000000
FRAME_MASK = 0x000FFFFFFFFFF000
STATES = ("runnable", "interruptible", "killable", "uninterruptible", "stopped", "new", "dead")


def value(expression):
    return gdb.parse_and_eval(expression)


def container_of(pointer, type_name, member):
    """The struct type_name whose member is at pointer."""
    target = gdb.lookup_type(type_name)
    offset = next(f.bitpos // 8 for f in target.fields() if f.name == member)
    return (pointer.cast(gdb.lookup_type("char").pointer()) - offset).cast(target.pointer())


def list_entries(head, type_name, member):
    node = head["next"]
    while node != head.address and int(node):
        yield container_of(node, type_name, member)
        node = node["next"]


def tree_entries(root, type_name, member):
    """In order. The stack is the program's own: a tree being changed may be odd, never endless."""
    stack, node, left = [], root["node"], 1 << 20
    while (int(node) or stack) and left:
        left -= 1
        while int(node):
            stack.append(node)
            node = node["left"]
        node = stack.pop()
        yield container_of(node, type_name, member)
        node = node["right"]


def per_cpu(name):
    """(cpu, variable) for each CPU that has its area."""
    symbol = gdb.lookup_global_symbol(name)
    address = int(symbol.value().address)
    offsets = value("arch_percpu_offset")
    for cpu in range(int(value("madt.nr_cpus"))):
        where = gdb.Value((address + int(offsets[cpu])) & (1 << 64) - 1)
        yield cpu, where.cast(symbol.type.pointer()).dereference()


def text(array):
    return array.string(errors="replace")


def processes():
    return list_entries(value("all_processes"), "struct process", "all_link")


def tasks():
    for process in processes():
        yield from list_entries(process["tasks"], "struct task", "process_link")


def find_task(number):
    for task in tasks():
        if int(task["pid"]["number"]) == number:
            return task
    raise gdb.GdbError(f"no living task {number}")


def find_mm(number):
    mm = find_task(number)["mm"]
    if not int(mm):
        raise gdb.GdbError(f"task {number} has no address space")
    return mm


def numbers(argument, count, usage):
    words = gdb.string_to_argv(argument)
    if len(words) != count:
        raise gdb.GdbError(f"usage: {usage}")
    return [int(value(word)) for word in words]


class AddressSpace(gdb.Function):
    """$quire_mm(PID): the address space of a task, for expressions: p $quire_mm(1)->nr_areas"""

    def __init__(self):
        super().__init__("quire_mm")

    def invoke(self, number):
        return find_mm(int(number))


class Quire(gdb.Command):
    """Commands that show the kernel's structures.

quire-tasks               every process and its tasks
quire-areas PID           the areas of a process's address space
quire-pagewalk PID ADDR   the page-table entries on the way to an address
quire-runqueues           what runs and what waits on each CPU
quire-log                 the kernel log
$quire_mm(PID)            a process's address space, in expressions"""

    def __init__(self):
        super().__init__("quire", gdb.COMMAND_USER)

    def invoke(self, argument, from_tty):
        gdb.execute("help quire")


class Tasks(gdb.Command):
    """quire-tasks: every process, with its tasks, what they do and on which CPU."""

    def __init__(self):
        super().__init__("quire-tasks", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        print("  PID    TID  CPU STATE            NAME")
        for process in processes():
            number = int(process["pid"]["number"])
            living = list(list_entries(process["tasks"], "struct task", "process_link"))
            if not living:
                print(f"{number:5}      -    - zombie           -")
            for task in living:
                thread = task["thread"]
                state = STATES[int(thread["state"])]
                if int(thread["on_cpu"]) and state == "runnable":
                    state = "running"
                print(f"{number:5}  {int(task['pid']['number']):5} {int(thread['cpu']):4} "
                      f"{state:16} {text(thread['name'])}")


class Areas(gdb.Command):
    """quire-areas PID: the areas of a process's address space."""

    def __init__(self):
        super().__init__("quire-areas", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        mm = find_mm(*numbers(argument, 1, "quire-areas PID"))
        for area in tree_entries(mm["areas"], "struct vma", "node"):
            flags = int(area["flags"])
            letters = "".join(c if flags & 1 << i else "-" for i, c in enumerate("rwx"))
            letters += "s" if flags & 8 else "p"
            kind = f"object {int(area['object']):#x}" if int(area["object"]) else "anonymous"
            print(f"{int(area['start']):#018x}-{int(area['end']):#018x} {letters} "
                  f"flags {flags:#x} page {int(area['offset'])} {kind}")
        print(f"{int(mm['nr_areas'])} areas, {int(mm['total_pages'])} pages")


def entry_at(table, index):
    where = gdb.Value(DIRECT_MAP + table + index * 8)
    return int(where.cast(gdb.lookup_type("unsigned long").pointer()).dereference())


def entry_words(entry):
    names = {0: "present", 1: "write", 2: "user", 5: "accessed", 6: "dirty", 8: "global",
             63: "no-execute"}
    return " ".join(word for bit, word in names.items() if entry >> bit & 1) or "not present"


class PageWalk(gdb.Command):
    """quire-pagewalk PID ADDR: the page-table entries on the way to an address."""

    def __init__(self):
        super().__init__("quire-pagewalk", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        number, address = numbers(argument, 2, "quire-pagewalk PID ADDR")
        table = int(find_mm(number)["mmu"]["root"]) & FRAME_MASK
        for level in (4, 3, 2, 1):
            shift = 12 + 9 * (level - 1)
            index = address >> shift & 511
            entry = entry_at(table, index)
            large = level in (2, 3) and entry & 0x81 == 0x81
            print(f"level {level} table {table:#x} entry {index}: {entry:#018x} "
                  f"{entry_words(entry)}{' large' if large else ''}")
            if not entry & 1:
                return
            table = entry & FRAME_MASK
            if large or level == 1:
                frame = table & ~((1 << shift) - 1)
                print(f"physical {frame | address & (1 << shift) - 1:#x}")
                return


class RunQueues(gdb.Command):
    """quire-runqueues: what runs and what waits on each CPU."""

    def __init__(self):
        super().__init__("quire-runqueues", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        for cpu, queue in per_cpu("run_queue"):
            current = queue["current"]
            name = text(current["name"]) if int(current) else "-"
            print(f"cpu {cpu}: running {name}, {int(queue['nr_running'])} runnable, "
                  f"{int(queue['switches'])} switches")
            for thread in tree_entries(queue["fair"]["threads"], "struct thread", "run_node"):
                print(f"  fair {text(thread['name'])} nice {int(thread['nice'])} "
                      f"virtual {int(thread['virtual_runtime'])}")
            lists = queue["realtime"]["lists"]
            for priority in range(99, 0, -1):
                if not int(lists[priority]["next"]):
                    continue
                for thread in list_entries(lists[priority], "struct thread", "run_link"):
                    print(f"  realtime {priority} {text(thread['name'])}")


class Log(gdb.Command):
    """quire-log: the kernel log, oldest line first."""

    def __init__(self):
        super().__init__("quire-log", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        ring = value("'printk.c'::ring")
        following = int(value("next_sequence"))
        size = ring.type.range()[1] + 1
        for sequence in range(max(0, following - size), following):
            record = ring[sequence % size]
            seconds, rest = divmod(int(record["time_ns"]), 10**9)
            print(f"[{seconds:5}.{rest // 1000:06}] {text(record['text'])}")


for command in (AddressSpace, Quire, Tasks, Areas, PageWalk, RunQueues, Log):
    command()
