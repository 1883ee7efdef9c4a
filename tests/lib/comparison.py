"""What two systems said of the same tests, beside each other: as text and as one self-contained HTML page.

A Row is one test: its area (what totals are summed over), its name, and an Outcome of each system. A word
that the caller counts as good ("PASS") is a pass; everything else is told apart only by its word. A row
differs when the words do; a loss is a row that is good on Linux and not on Quire. Words of tests whose
outcome on Linux itself changes from run to run are given as a set ("FAIL/PASS"): such a row is named, and
is no loss whatever Quire says.
"""

import collections
import html


class Outcome:
    """@word is what the test came to; @text what it printed, for a reader who asks why."""

    def __init__(self, word, text=""):
        self.word = word
        self.text = text


Row = collections.namedtuple("Row", "area name linux quire")


class Comparison:
    """@notes: lines of what else is to be said of the runs."""

    def __init__(self, title, rows, good=("PASS",), notes=()):
        self.title = title
        self.rows = list(rows)
        self.good = set(good)
        self.notes = list(notes)

    def is_good(self, outcome):
        return outcome.word in self.good

    def is_unsteady(self, row):
        return "/" in row.linux.word

    def differences(self):
        return [row for row in self.rows if row.linux.word != row.quire.word and not self.is_unsteady(row)]

    def losses(self):
        return [row for row in self.differences() if self.is_good(row.linux)]

    def unsteady(self):
        return [row for row in self.rows if self.is_unsteady(row)]

    def areas(self):
        """=> {area: [rows]} in the order of the rows"""
        areas = collections.OrderedDict()
        for row in self.rows:
            areas.setdefault(row.area, []).append(row)
        return areas

    def totals(self, rows):
        """=> for each system, how often each word was said: (Counter, Counter)"""
        return (collections.Counter(row.linux.word for row in rows),
                collections.Counter(row.quire.word for row in rows))

    def words(self):
        """The words in the order of a table's columns: the good ones, then the rest by frequency"""
        linux, quire = self.totals(self.rows)
        return sorted(linux + quire, key=lambda word: (word not in self.good, -(linux + quire)[word], word))

    # As text

    def text(self):
        lines = [self.title, "=" * len(self.title), ""]
        lines += self.text_totals() + [""] + self.notes
        for heading, rows in (("Good on Linux, not on Quire", self.losses()),
                              ("Other differences", [row for row in self.differences()
                                                     if not self.is_good(row.linux)]),
                              ("Not steady on Linux", self.unsteady())):
            if rows:
                lines += ["", "%s: %d" % (heading, len(rows)), ""]
                lines += ["  %-50s %-12s %s" % (row.name, row.linux.word, row.quire.word) for row in rows]
        for row in self.differences():
            lines += ["", "--- " + row.name]
            lines += ["  linux| " + line for line in row.linux.text.splitlines()]
            lines += ["  quire| " + line for line in row.quire.text.splitlines()]
        return "\n".join(lines) + "\n"

    def text_totals(self):
        words = self.words()
        form = "%-32s" + " %15s" * len(words)
        lines = [form % tuple(["linux / quire"] + words)]
        for area, rows in list(self.areas().items()) + [("all", self.rows)]:
            linux, quire = self.totals(rows)
            lines.append(form % tuple([area] + ["%d / %d" % (linux[word], quire[word]) for word in words]))
        return lines

    # As a page

    def page(self):
        return PAGE % {"title": html.escape(self.title), "summary": html.escape(self.summary()),
                       "totals": self.page_totals(), "differences": self.page_differences(),
                       "notes": "".join("<p>%s</p>\n" % html.escape(note) for note in self.notes),
                       "rows": "\n".join(self.page_row(row) for row in self.rows)}

    def summary(self):
        linux, quire = self.totals(self.rows)
        return "%d tests: %d good on Linux, %d on Quire; %d differ, of which %d are good on Linux only." % (
            len(self.rows), sum(linux[word] for word in self.good), sum(quire[word] for word in self.good),
            len(self.differences()), len(self.losses()))

    def page_totals(self):
        words = self.words()
        lines = ["<tr><th>area</th>" + "".join("<th>%s</th>" % html.escape(word) for word in words) + "</tr>"]
        for area, rows in list(self.areas().items()) + [("all", self.rows)]:
            linux, quire = self.totals(rows)
            cells = "".join('<td class="%s">%d / %d</td>' % (
                "" if linux[word] == quire[word] else "differs", linux[word], quire[word]) for word in words)
            lines.append("<tr><th>%s</th>%s</tr>" % (html.escape(area), cells))
        return "\n".join(lines)

    def page_differences(self):
        parts = []
        for row in self.differences():
            parts.append('<details><summary><b>%s</b> %s on Linux, %s on Quire</summary><div class="pair">'
                         "<pre>%s</pre><pre>%s</pre></div></details>" % (
                             tuple(map(html.escape, (row.name, row.linux.word, row.quire.word,
                                                     row.linux.text, row.quire.text)))))
        return "\n".join(parts) or "<p>None.</p>"

    def page_row(self, row):
        kind = "same"
        if row.linux.word != row.quire.word:
            kind = "unsteady" if self.is_unsteady(row) else "loss" if self.is_good(row.linux) else "differs"
        return '<tr class="%s"><td>%s</td><td>%s</td><td>%s</td></tr>' % (
            (kind,) + tuple(map(html.escape, (row.name, row.linux.word, row.quire.word))))

    def write(self, path):
        """Write @path.txt and @path.html."""
        with open(path + ".txt", "w") as stream:
            stream.write(self.text())
        with open(path + ".html", "w") as stream:
            stream.write(self.page())


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>%(title)s</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .15em .6em; text-align: left; font-variant-numeric: tabular-nums; }
td.differs, tr.differs td { background: #fff3d6; }
tr.loss td { background: #ffd9d6; }
tr.unsteady td { background: #e6ecff; }
pre { background: #f6f6f6; padding: .5em; overflow-x: auto; margin: 0; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .5em; margin: .5em 0 1em; }
.pair pre:first-child::before { content: "Linux\\A"; font-weight: bold; white-space: pre; }
.pair pre:last-child::before { content: "Quire\\A"; font-weight: bold; white-space: pre; }
</style></head><body>
<h1>%(title)s</h1>
<p>%(summary)s</p>
%(notes)s<h2>By area (Linux / Quire)</h2>
<table>%(totals)s</table>
<h2>Differences</h2>
%(differences)s
<h2>All tests</h2>
<table><tr><th>test</th><th>Linux</th><th>Quire</th></tr>
%(rows)s
</table></body></html>
"""
