"""Draw stacks as a flame graph: one self-contained SVG.

A box is a function, as wide as the share of the samples in which it was on the stack; what it called
stands on it. The name and the share appear when the pointer rests on a box; a click makes it as wide as the
picture, a click on the ground shows all again.
"""

import html

WIDTH, ROW, MARGIN = 1200, 17, 30
SCRIPT = """
const all = [...document.querySelectorAll('g.box')];
function show(box) {
    const left = +box.dataset.left, share = +box.dataset.share;
    for (const each of all) {
        const from = Math.max(+each.dataset.left, left);
        const to = Math.min(+each.dataset.left + +each.dataset.share, left + share);
        each.style.display = to - from > 1e-9 ? '' : 'none';
        const x = (from - left) / share * %(width)d, width = (to - from) / share * %(width)d;
        each.children[1].setAttribute('x', x);
        each.children[1].setAttribute('width', Math.max(width - 0.5, 0.2));
        each.children[2].setAttribute('x', x + 3);
        each.children[2].textContent = each.dataset.name.slice(0, Math.max(0, (width - 6) / 7));
    }
}
for (const box of all)
    box.addEventListener('click', () => show(box));
""" % {"width": WIDTH}


class Node:
    def __init__(self, name):
        self.name = name
        self.weight = 0
        self.called = {}

    def add(self, stack, weight):
        """Count @stack, outermost first."""
        self.weight += weight
        node = self
        for name in stack:
            node = node.called.setdefault(name, Node(name))
            node.weight += weight

    def depth(self):
        return 1 + max((node.depth() for node in self.called.values()), default=0)


def colour(name):
    """A warm colour that stays the same for a name."""
    number = sum(ord(letter) * (i + 1) for i, letter in enumerate(name))
    return "rgb(%d,%d,%d)" % (205 + number % 50, 90 + number * 7 % 110, 40 + number * 3 % 40)


def boxes(node, total, left, level, height):
    """=> the SVG of @node and of all above it"""
    share = node.weight / total
    x, width, y = left * WIDTH, share * WIDTH, height - (level + 1) * ROW
    name = html.escape(node.name)
    label = html.escape(node.name[:max(0, int((width - 6) / 7))])
    lines = ['<g class="box" data-name="%s" data-left="%.9f" data-share="%.9f"><title>%s: %.2f %%, %d samples</title>'
             '<rect x="%.2f" y="%d" width="%.2f" height="%d" rx="2" fill="%s"/><text x="%.2f" y="%d">%s</text></g>'
             % (name, left, share, name, 100 * share, node.weight, x, y, max(width - 0.5, 0.2), ROW - 1,
                colour(node.name), x + 3, y + 12, label)]
    for called in sorted(node.called.values(), key=lambda each: each.name):
        lines += boxes(called, total, left, level + 1, height)
        left += called.weight / total
    return lines


def svg(root, title):
    height = root.depth() * ROW + MARGIN
    return "\n".join(['<svg xmlns="http' + '://www.w3.org/2000/svg" width="%d" height="%d" '
                      'font-family="monospace" font-size="11.5">' % (WIDTH, height),
                      '<rect width="100%" height="100%" fill="#fdf6ec"/>',
                      '<text x="%d" y="19" text-anchor="middle" font-size="15">%s</text>'
                      % (WIDTH / 2, html.escape(title)), *boxes(root, max(root.weight, 1), 0.0, 0, height),
                      "<script><![CDATA[%s]]></script>" % SCRIPT, "</svg>", ""])
