"""The plot of the results, drawn by matplotlib, which is imported only here."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.speed_engines import ENGINES, Engine
from bench.speed_operations import BARE, OPERATIONS, Operation
from bench.speed_results import Measured, Spread, ratio

WIDTH = 0.13


def draw(measured: Measured, file: Path) -> None:
    """Requests a second as a ratio to what each operation is held against, with the spread of the rounds."""
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "speed", "font.family": "sans-serif", "font.size": 9})
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    figure.suptitle("Requests a second, median and spread of the rounds; dotted: promised", fontsize=10)
    left, right = figure.subplots(1, 2, width_ratios=(5, 3))
    held = [one for one in OPERATIONS if one.against[0] == BARE]
    _panel(left, measured, held, "beside the bare engine (= 1)")
    _panel(right, measured, [one for one in OPERATIONS if one not in held], "beside a constant answer (= 1)")
    legend = {label: handle for axes in (left, right) for handle, label in zip(*_legend(axes), strict=True)}
    figure.legend(legend.values(), legend.keys(), loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _legend(axes: Axes) -> tuple[list[Any], list[Any]]:
    return axes.get_legend_handles_labels()


def _panel(axes: Axes, measured: Measured, operations: list[Operation], title: str) -> None:
    bars: dict[Engine, dict[float, Spread]] = {engine: {} for engine in ENGINES}
    for place, operation in enumerate(operations):
        found = {engine: one for engine in ENGINES if (one := ratio(measured, engine.name, operation))}
        for number, (engine, one) in enumerate(found.items()):
            bars[engine][place + WIDTH * (number - (len(found) - 1) / 2)] = one
        if operation.is_promised and found:
            axes.hlines(operation.promised, place - 0.45, place + 0.45, color="black", linestyles="dotted", linewidth=1)
    for engine, found_at in bars.items():
        if found_at:
            _draw_bars(axes, engine, found_at)
    axes.set_xticks(range(len(operations)), [fill(one.title, 13) for one in operations])
    axes.set_title(title, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_bars(axes: Axes, engine: Engine, bars: Mapping[float, Spread]) -> None:
    medians = [one.median for one in bars.values()]
    spreads = [[one.median - one.least for one in bars.values()], [one.most - one.median for one in bars.values()]]
    axes.bar([*bars], medians, WIDTH, yerr=spreads, label=engine.title, color=engine.colour, ecolor="#b0b0b0")
