"""Figures as a table, as JSON and as one self-contained page with bars.

The ratio of a metric is Quire's figure to the cheaper one of Linux's. The mean of a group is the geometric
mean of its ratios: twice as dear here and twice as cheap there make 1.
"""

import html
import json
import math
import statistics

GROUPS = {"memory": "memory", "calls": "system calls and signals", "processes": "processes",
          "ipc": "IPC and scheduling", "footprint": "memory taken", "boot": "boot"}
COUNTED = ("memory", "calls", "processes", "ipc")  # in the mean over all
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Quire: instructions per operation</title><style>
body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 62em; color: #222 }
td, th { padding: 1px 10px; text-align: right; font-variant-numeric: tabular-nums }
td:first-child, th:first-child { text-align: left }
h2 { margin: 1.2em 0 .2em } svg { display: block } .mean td { font-weight: bold; border-top: 1px solid #999 }
</style></head><body><h1>Instructions per operation</h1>
<p>The same static program in the same QEMU (<code>-icount shift=0</code>: one instruction is one tick), user's
and kernel's instructions together. A bar is Quire's part of the cheaper Linux, the line is Linux. What
instructions do not show: TLB refills, cache misses.</p>
%s</body></html>
"""
UNIT = 140  # pixels from the left edge of a bar to the line that is Linux


def metrics(figures):
    """=> [(group, name, {column: figure})] in the order of the groups"""
    found = {}
    for column, groups in figures.items():
        for group, values in groups.items():
            for name, value in values.items():
                found.setdefault((group, name), {})[column] = value
    return [(group, name, values) for wanted in GROUPS for (group, name), values in found.items()
            if group == wanted]


def ratio(values):
    """=> Quire's figure to the cheaper of the others, None where one is missing"""
    others = [value for column, value in values.items() if column != "quire"]
    if "quire" not in values or not others or min(others) <= 0 or values["quire"] <= 0:
        return None
    return values["quire"] / min(others)


def mean(ratios):
    ratios = [each for each in ratios if each is not None]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def means(rows):
    """=> [(title, geometric mean)] of the groups and of all that are counted"""
    result = [(GROUPS[wanted], mean(ratio(values) for group, _, values in rows if group == wanted))
              for wanted in COUNTED]
    result.append(("all", mean(ratio(values) for group, _, values in rows if group in COUNTED)))
    return [(title, value) for title, value in result if value is not None]


def decimal(value):
    return "-" if value is None else "%.2f" % value


def text(figures):
    rows = metrics(figures)
    lines = ["%-26s" % "instructions" + "".join("%14s" % column for column in figures) + "%10s" % "ratio"]
    for wanted, title in GROUPS.items():
        if any(group == wanted for group, _, _ in rows):
            lines += ["", title]
        for group, name, values in rows:
            if group == wanted:
                lines.append("  %-24s" % name + "".join("%14s" % values.get(column, "-") for column in figures) +
                             "%10s" % decimal(ratio(values)))
    lines += [""] + ["geometric mean, %-34s %5.2f" % each for each in means(rows)]
    return "\n".join(lines)


def markdown(figures):
    """The same as text(), as tables of a document."""
    rows = metrics(figures)
    lines = []
    for wanted, title in GROUPS.items():
        lines += ["| %s | %s | ratio |" % (title, " | ".join(figures)), "|---|" + "---:|" * (len(figures) + 1)]
        for name, values in ((name, values) for group, name, values in rows if group == wanted):
            numbers = ["{:,}".format(values[column]) if column in values else "-" for column in figures]
            lines.append("| %s | %s | %s |" % (name, " | ".join(numbers), decimal(ratio(values))))
        lines.append("")
    lines += ["| geometric mean | ratio |", "|---|---:|"]
    lines += ["| %s | %s |" % (title, decimal(value)) for title, value in means(rows)]
    return "\n".join(lines) + "\n"


def wall_text(times):
    """@times is {column: [figures of each round]}: the ratios of the smallest and of the median times."""
    lines = ["%-34s%10s%10s" % ("time, Quire's to Linux's", "minimum", "median")]
    columns = []
    for choose in (min, statistics.median):
        chosen = {}
        for column, rounds in times.items():
            for group, name, _ in metrics({column: rounds[0]}):
                chosen.setdefault(column, {}).setdefault(group, {})[name] = choose(
                    figures[group][name] for figures in rounds if name in figures.get(group, {}))
        columns.append(dict(means(metrics(chosen))))
    lines += ["%-34s%10s%10s" % (title, decimal(columns[0][title]), decimal(columns[1][title]))
              for title in columns[0]]
    return "\n".join(lines)


def bar(value):
    """=> an SVG of Quire's part: as long as the line is far when both cost the same"""
    if value is None:
        return ""
    colour = "#2a7" if value <= 1 else "#d53"
    return ('<svg width="%d" height="14"><rect width="%.1f" height="12" y="1" fill="%s"/>'
            '<path d="M%d 0v14" stroke="#222"/></svg>'
            % (2 * UNIT, min(value, 2) * UNIT, colour, UNIT))


def table_row(cells, kind=""):
    return "<tr%s>%s</tr>\n" % (kind, "".join("<td>%s</td>" % cell for cell in cells))


def page(figures):
    rows = metrics(figures)
    body = "<h2>Geometric means</h2>\n<table>\n"
    body += "".join(table_row((html.escape(title), decimal(value), bar(value))) for title, value in means(rows))
    body += "</table>\n"
    for wanted, title in GROUPS.items():
        members = [(name, values) for group, name, values in rows if group == wanted]
        if not members:
            continue
        body += "<h2>%s</h2>\n<table>\n<tr>%s</tr>\n" % (
            html.escape(title), "".join("<th>%s</th>" % word for word in ["", *figures, "ratio", ""]))
        for name, values in members:
            numbers = ["{:,}".format(values[column]) if column in values else "-" for column in figures]
            body += table_row([html.escape(name), *numbers, decimal(ratio(values)), bar(ratio(values))])
        average = mean(ratio(values) for _, values in members)
        if wanted in COUNTED and average is not None:
            body += table_row(["geometric mean", *["" for _ in figures], decimal(average), bar(average)],
                              ' class="mean"')
        body += "</table>\n"
    return PAGE % body


def write(figures, path):
    """@path without its .html and .json"""
    with open(path + ".html", "w", encoding="utf-8") as stream:
        stream.write(page(figures))
    with open(path + ".json", "w", encoding="utf-8") as stream:
        json.dump({"figures": figures, "means": dict(means(metrics(figures)))}, stream, indent=1)
        stream.write("\n")
    print("report: %s.html, %s.json" % (path, path))
