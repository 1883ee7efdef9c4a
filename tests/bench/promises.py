"""What Quire's costs are promised to be, as relations between figures.

A figure is named "column:metric". A promise says that one figure is at most a factor of another, or at
most a number.
"""

RELATIONS = (
    ("boot-in-half-of-linux", "quire:boot-to-prompt", 0.5, "linux:boot-to-prompt"),
    ("fork-1g-within-3-times-1m", "quire:fork-1g", 3, "quire:fork-1m"),
    ("fork-64m-a-20th-of-linux", "quire:fork-64m", 1 / 20, "linux-bare:fork-64m"),
    ("fork-exit-wait-64m-a-5th-of-linux", "quire:fork-exit-wait-64m", 1 / 5, "linux-bare:fork-exit-wait-64m"),
    ("area-memory", "quire:bytes-per-area", 128, None),
    ("touched-memory", "quire:kib-beside-64m-touched", 136, None),
)


def flat(names, few, many):
    return tuple(("%s-stays-flat" % name, "quire:" + many % name, 1.5, "quire:" + few % name) for name in names)


FLAT = (flat(("split", "mmap", "fault", "munmap"), "areas-1k-%s", "areas-100k-%s") +
        flat(("fork", "wake", "exit"), "processes-10-%s", "processes-10k-%s"))


def find(figures, name):
    """=> the figure "column:metric", None when it was not taken"""
    column, metric = name.split(":")
    for metrics in figures.get(column, {}).values():
        if metric in metrics:
            return metrics[metric]
    return None


def outcomes(figures):
    """=> (name, whether it holds, the figures in words) of each promise whose figures were taken"""
    for name, figure, factor, base in RELATIONS + FLAT:
        value = find(figures, figure)
        limit = 1 if base is None else find(figures, base)
        if value is not None and limit is not None:
            yield name, value <= factor * limit, "%d, at most %d" % (value, factor * limit)
