"""Figures of a report as SVG, one for light pages and one for dark, with matplotlib.

Matplotlib is in the extra `report`; it is looked for before anything is played.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...envs.core import UsageError
from .blocks import Figure, Point
from .show import plain

__all__ = ["DARK", "LIGHT", "Theme", "check", "svg"]


class Theme(NamedTuple):
    """Colours of text, grid and series."""

    text: str
    grid: str
    series: tuple[str, ...]


LIGHT = Theme(
    "#222428", "#d9dbe0",
    ("#1f5fbf", "#c2410c", "#15803d", "#7e22ce", "#0e7490", "#b45309", "#be185d", "#4b5563"),
)  # fmt: skip
DARK = Theme(
    "#e6e8ec", "#3a3f48",
    ("#7cb0ff", "#ff9b6a", "#6fd08c", "#d3a4ff", "#67d3e8", "#f5c04f", "#ff8fc0", "#b8bfca"),
)  # fmt: skip
_MARKS = "osD^vPX*"
_LONGEST = 48
_SETTINGS = {
    "svg.hashsalt": "palestra",
    "text.parse_math": False,
    "font.size": 10,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def check() -> None:
    """Raises UsageError where matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise UsageError(
            "the figures of a report need matplotlib: pip install 'palestra[report]', or leave "
            "them out with --no-figures"
        ) from None


def svg(figure: Figure, theme: Theme, *, narrow: bool = False) -> str:
    """A figure as a file of SVG; `narrow` for a telephone."""
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    colours = {
        "text.color": theme.text,
        "axes.labelcolor": theme.text,
        "axes.edgecolor": theme.text,
        "xtick.color": theme.text,
        "ytick.color": theme.text,
    }
    settings: Any = {**_SETTINGS, **colours}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        across = 1 if not figure.panels else 2 if narrow else 3
        down = math.ceil(len(figure.panels) / across) or 1
        size = (4.0 if narrow else 7.0, _height(figure, down))
        canvas = Canvas(figsize=size, layout="constrained")
        canvas.patch.set_alpha(0)
        if figure.panels:
            _draw_panels(canvas, figure, theme, across, down)
        else:
            axes = canvas.add_subplot()
            _DRAWN[figure.shape](axes, figure, theme)
            _ground(axes, theme)
        _legend(canvas, figure, theme, 1 if narrow else 3)
        file = io.StringIO()
        canvas.savefig(file, format="svg", metadata={"Date": None}, transparent=True)
    return file.getvalue()


def _height(figure: Figure, down: int) -> float:
    if figure.panels:
        return 0.9 + 1.75 * down
    if figure.shape == "dots":
        return 1.2 + len({p.x for points in figure.series.values() for p in points}) * (
            0.24 + 0.06 * len(figure.series)
        )
    return 3.6 if figure.shape == "lines" else 1.0 + 0.34 * _lines(figure)


def _ground(axes: Any, theme: Theme) -> None:
    axes.patch.set_alpha(0)
    axes.grid(color=theme.grid, linewidth=0.7)
    axes.set_axisbelow(True)


def _draw_panels(canvas: Any, figure: Figure, theme: Theme, across: int, down: int) -> None:
    """Small pictures on common axes."""
    grid = canvas.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    places = [axes for row in grid for axes in row]
    order = _names(figure)
    for axes, (name, series) in zip(places, figure.panels.items(), strict=False):
        own = replace(figure, series={each: series.get(each, []) for each in order}, panels={})
        _draw_lines(axes, own, theme, room=0.1)
        _ground(axes, theme)
        axes.set_title(_short(name), fontsize=9, color=theme.text)
        axes.set_xlabel("")
        axes.set_ylabel("")
        axes.tick_params(labelsize=7)
        for line in axes.lines:
            line.set_markersize(3)
            line.set_linewidth(1.2)
    for number, axes in enumerate(places):
        axes.set_visible(number < len(figure.panels))
        below = number + across
        axes.tick_params(labelbottom=below >= len(figure.panels), labelrotation=0)
    canvas.supxlabel(_short(figure.x), fontsize=9, color=theme.text)
    canvas.supylabel(_short(figure.y), fontsize=9, color=theme.text)


def _apart(ticks: Sequence[float], labels: Sequence[str], room: float) -> list[str]:
    """Labels, without those that would run into the one before."""
    said: list[str] = []
    last = float("-inf")
    for tick, label in zip(ticks, labels, strict=True):
        fits = tick - last >= room * (max(ticks) - min(ticks))
        said.append(label if fits else "")
        last = tick if fits else last
    return said


def _names(figure: Figure) -> list[str]:
    """The series, in their order over all panels."""
    every = [figure.series, *figure.panels.values()]
    return list(dict.fromkeys(name for series in every for name in series))


def _draw_lines(axes: Any, figure: Figure, theme: Theme, room: float = 0.0) -> None:
    places = list(dict.fromkeys(p.x for points in figure.series.values() for p in points))
    numeric = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in places)
    at = {x: x if numeric else i for i, x in enumerate(places)}
    for number, (name, points) in enumerate(figure.series.items()):
        colour, mark = _style(number, theme)
        dashed = name in figure.dashed
        kept = sorted(points, key=lambda point: at[point.x])
        xs, ys = [at[p.x] for p in kept], [p.y for p in kept]
        axes.plot(xs, ys, color=colour, marker=mark, markersize=4.5, linewidth=1.6,
                  linestyle="--" if dashed else "-")  # fmt: skip
        band = [(x, p.low, p.high) for x, p in zip(xs, kept, strict=True) if p.low is not None]
        if band and not dashed:
            axes.fill_between(*zip(*band, strict=True), color=colour, alpha=0.13, linewidth=0)
    if figure.log and numeric and min(places) > 0:
        from matplotlib.ticker import NullLocator

        axes.set_xscale("log", base=2)
        axes.xaxis.set_minor_locator(NullLocator())
    if len(places) <= 12:
        ticks = sorted((at[x], _short(x)) for x in places)
        where = [tick for tick, _ in ticks]
        axes.set_xticks(where, _apart(where, [label for _, label in ticks], room))
    axes.set_xlabel(_short(figure.x))
    axes.set_ylabel(_short(figure.y))
    if figure.shares:
        axes.set_ylim(-0.03, 1.03)


def _draw_points(axes: Any, figure: Figure, theme: Theme) -> None:
    labels, at = [], 0.0
    for number, (name, points) in enumerate(figure.series.items()):
        colour, mark = _style(number, theme)
        for point in points:
            axes.plot([point.y], [at], color=colour, marker=mark, markersize=6)
            if point.low is not None and point.high is not None:
                axes.plot([point.low, point.high], [at, at], color=colour, linewidth=1.8)
            labels.append((at, _point_label(figure, name, point)))
            at += 1
        at += 0.5
    axes.set_yticks([place for place, _ in labels], [_short(text) for _, text in labels])
    axes.set_ylim(at - 0.6, -0.7)
    axes.set_xlabel(_short(figure.x))
    if figure.shares:
        axes.set_xlim(-0.03, 1.03)
    else:
        axes.axvline(0, color=theme.text, linewidth=0.8)


def _draw_dots(axes: Any, figure: Figure, theme: Theme) -> None:
    places = list(dict.fromkeys(p.x for points in figure.series.values() for p in points))
    step = 0.66 / max(1, len(figure.series) - 1)
    for number, (name, points) in enumerate(figure.series.items()):
        colour, mark = _style(number, theme)
        filled = "none" if name in figure.dashed else colour
        for point in points:
            at = places.index(point.x) - 0.33 + step * number
            axes.plot([point.y], [at], color=colour, marker=mark, markersize=5, linestyle="",
                      markerfacecolor=filled)  # fmt: skip
            if point.low is not None and point.high is not None:
                axes.plot([point.low, point.high], [at, at], color=colour, linewidth=1.4)
    axes.set_yticks(range(len(places)), [_short(place) for place in places])
    axes.set_ylim(len(places) - 0.5, -0.5)
    axes.set_xlabel(_short(figure.x))
    if figure.shares:
        axes.set_xlim(-0.03, 1.03)
    else:
        axes.axvline(0, color=theme.text, linewidth=0.8)


_DRAWN = {"lines": _draw_lines, "points": _draw_points, "dots": _draw_dots}


def _point_label(figure: Figure, name: str, point: Point) -> str:
    return str(point.x) if len(figure.series) < 2 or point.x == name else f"{point.x}"


def _legend(canvas: Any, figure: Figure, theme: Theme, columns: int) -> None:
    from matplotlib.lines import Line2D

    series = _names(figure)
    names = [name for name in series if name]
    if len(names) < 2 and not (figure.shape == "lines" and names):
        return
    dots = figure.shape == "dots"
    handles = [
        Line2D([], [], color=_style(number, theme)[0], marker=_style(number, theme)[1],
               linestyle="" if dots else "--" if name in figure.dashed else "-",
               markerfacecolor="none" if dots and name in figure.dashed else None)
        for number, name in enumerate(series)
    ]  # fmt: skip
    # A label that begins with an underscore would be left out.
    labels = [f"\u200a{_short(name)}" for name in series]
    canvas.legend(
        handles,
        labels,
        loc="outside upper left",
        frameon=False,
        fontsize=9,
        ncols=1 if max(map(len, labels)) > 30 else columns,
        labelcolor=theme.text,
    )


def _style(number: int, theme: Theme) -> tuple[str, str]:
    return theme.series[number % len(theme.series)], _MARKS[number % len(_MARKS)]


def _lines(figure: Figure) -> float:
    return sum(map(len, figure.series.values())) + 0.5 * len(figure.series)


def _short(text: object) -> str:
    shown = plain(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 3] + "..."
