"""The recorded figures, figures.json: {column: {group: {metric: figure}}}."""

import json
import os

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "figures.json")


def read():
    if not os.path.exists(PATH):
        return {}
    with open(PATH, encoding="utf-8") as stream:
        return json.load(stream)


def add(figures):
    """Put @figures in the place of those recorded of the same metrics."""
    recorded = read()
    for column, groups in figures.items():
        for group, metrics in groups.items():
            recorded.setdefault(column, {}).setdefault(group, {}).update(metrics)
    with open(PATH, "w", encoding="utf-8") as stream:
        json.dump(recorded, stream, indent=1)
        stream.write("\n")
