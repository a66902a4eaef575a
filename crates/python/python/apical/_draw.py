"""From the data of a picture to artists of matplotlib; what there is of it, crates/reporting/src/plot/data.rs says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

#: Inches of a millimetre.
MM = 1 / 25.4
#: What axes, labels and legends take where text has `POINTS`, mm; they grow with it.
POINTS = 7.0
ROW, HEADING, X_LABEL, LEGEND, AROUND_LEGEND, NOTE = 8.0, 4.0, 6.0, 4.3, 3.0, 3.5
INK, GUIDE, BLANK = "#1a1a1a", "#969696", "#fcfcfc"
#: Shapes of matplotlib, and whether they are filled.
MARKERS = {
    "disc": ("o", True),
    "square": ("s", True),
    "triangle_up": ("^", True),
    "diamond": ("D", True),
    "triangle_down": ("v", True),
    "ring": ("o", False),
    "frame": ("s", False),
    "rhombus": ("D", False),
    "nothing": ("", False),
}

Picture = dict[str, Any]


def grid(figure: Any, picture: Picture, width_mm: float, legend: bool) -> None:
    """Lines in rows of panels."""
    rows = picture["rows"]
    entries = picture["legend"] if legend else []
    size = _size_of_text()
    heights = [row["height_mm"] + size * (ROW + (HEADING if row["heading"] else 0.0)) for row in rows]
    heights[-1] += size * X_LABEL
    below = size * (LEGEND * _rows_of_legend(entries, width_mm) + AROUND_LEGEND + NOTE * len(picture["notes"]))
    figure.set_size_inches(width_mm * MM, (sum(heights) + below) * MM)
    parts = figure.subfigures(len(rows) + 1, 1, height_ratios=[*heights, below], squeeze=False)[:, 0]
    for index, (part, row) in enumerate(zip(parts, rows, strict=False)):
        n_columns = len(row["panels"]) if row["is_wide"] else max(picture["n_columns"], len(row["panels"]))
        axes = part.subplots(1, n_columns, sharey=True, squeeze=False)[0]
        if row["heading"]:
            part.suptitle(_broken(row["heading"], width_mm), fontsize="medium")
        for place, own in enumerate(axes):
            if place >= len(row["panels"]):
                own.set_visible(False)
                continue
            _panel(own, row, row["panels"][place])
        if len(axes):
            axes[0].set_ylabel(_broken(row["y_label"], row["height_mm"]))
        if index + 1 == len(rows):
            part.supxlabel(picture["x_label"], fontsize="medium")
    _below(parts[-1], entries, picture["notes"], width_mm)


def _panel(axes: Any, row: dict[str, Any], panel: dict[str, Any]) -> None:
    axes.set_title(panel["title"])
    _axis(axes, "x", panel["x"])
    _axis(axes, "y", row["y"])
    for guide in row["guides"]:
        axes.axhline(guide, color=GUIDE, linewidth=0.6, zorder=1)
    for curve in panel["curves"]:
        _curve(axes, curve, (panel["x"], row["y"]))


def _curve(axes: Any, curve: dict[str, Any], ranges: tuple[dict[str, Any], dict[str, Any]]) -> None:
    style = curve["style"]
    colour = style["colour"]
    x = _numbers(curve["x"])
    mean, half = _numbers(curve["mean"]), _numbers(curve["half_width"])
    if curve["has_seeds"]:
        for seed in curve["seeds"]:
            if curve["has_line"]:
                opacity = 0.25 if curve["has_interval"] else 0.45
                axes.plot(seed["x"], seed["y"], color=colour, alpha=opacity, linewidth=0.5, marker="")
            else:
                axes.plot(seed["x"], seed["y"], color=colour, alpha=0.5, linestyle="", marker=".", markersize=2)
    if curve["has_interval"]:
        if curve["has_error_bars"]:
            axes.errorbar(x, mean, yerr=half, color=colour, linestyle="", linewidth=0.8)
        else:
            axes.fill_between(x, mean - half, mean + half, color=colour, alpha=0.18, linewidth=0)
    if curve["has_line"]:
        line = _line(style)
        axes.plot(x, mean, **{**line, "marker": ""})
        # At every point of bars, and else a few along the line; whole ones also at the end of an axis.
        every = slice(None, None, 1 if curve["has_error_bars"] else max(1, len(x) // 6))
        of_x, of_y = ranges
        inside = (x >= of_x["low"]) & (x <= of_x["high"]) & (mean >= of_y["low"]) & (mean <= of_y["high"])
        shown = inside[every]
        if shown.any():
            marked = {**line, "linestyle": "", "clip_on": False, "zorder": 3}
            axes.plot(x[every][shown], mean[every][shown], **marked)


def dots(figure: Any, picture: Picture, width_mm: float, legend: bool) -> None:
    """A line for every learner: mean, interval and single seeds."""
    lines, panels = picture["lines"], picture["panels"]
    figure.set_size_inches(width_mm * MM, _size_of_text() * (4.2 * len(lines) + 14.0) * MM)
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for index, (own, panel) in enumerate(zip(axes, panels, strict=True)):
        _axis(own, "x", panel["x"])
        own.set_xlabel(panel["x_label"])
        own.set_ylim(len(lines) - 0.5, -0.5)
        own.set_yticks(range(len(lines)), [line["label"] for line in lines])
        own.spines["left"].set_visible(False)
        own.tick_params(axis="y", length=0)
        if panel["guide"] is not None:
            if panel["margin"]:
                own.axvspan(panel["guide"] - panel["margin"], panel["guide"] + panel["margin"], color=GUIDE, alpha=0.18)
            own.axvline(panel["guide"], color=GUIDE, linewidth=0.6)
        for y, line in enumerate(lines):
            value = line["values"][index]
            if value is None:
                continue
            style, mean = line["style"], value["mean"]
            if not panel["x"]["low"] <= mean <= panel["x"]["high"]:
                _beyond(own, panel["x"], mean, y)
                continue
            own.plot(value["seeds"], [y] * len(value["seeds"]), color=style["colour"], alpha=0.45, linestyle="",
                     marker=".", markersize=2.5, markeredgewidth=0)  # fmt: skip
            if value["half_width"] is not None:
                ends = [mean - value["half_width"], mean + value["half_width"]]
                own.plot(ends, [y, y], color=style["colour"], alpha=0.45, linewidth=2, marker="")
            own.plot([mean], [y], **{**_line(style), "linestyle": ""})


def _beyond(axes: Any, axis: dict[str, Any], mean: float, y: float) -> None:
    """The number of a mean that lies beyond the axis."""
    is_left = mean < axis["low"]
    text = f"← {mean:.1f}" if is_left else f"{mean:.1f} →"
    place = axis["low"] if is_left else axis["high"]
    axes.text(place, y, text, ha="left" if is_left else "right", va="center", fontsize="small")


def bars(figure: Any, picture: Picture, width_mm: float, legend: bool) -> None:
    """Stacked bars under their labels."""
    entries = picture["legend"] if legend else []
    size, n_legend = _size_of_text(), _rows_of_legend(entries, width_mm)
    height, below = size * (6.0 * len(picture["bars"]) + 10.0), size * (LEGEND * n_legend + AROUND_LEGEND)
    figure.set_size_inches(width_mm * MM, (height + below) * MM)
    above, under = figure.subfigures(2, 1, height_ratios=[height, below])
    axes = above.subplots()
    axes.grid(False)
    for y, bar in enumerate(picture["bars"]):
        left = 0.0
        for piece in bar["pieces"]:
            axes.barh(y, piece["length"], left=left, height=0.6, color=piece["colour"])
            left += piece["length"]
        axes.text(left, y, f" {bar['total']}", va="center")
    axes.set_ylim(len(picture["bars"]) - 0.5, -0.5)
    axes.set_yticks(range(len(picture["bars"])), [bar["label"] for bar in picture["bars"]])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0.0)
    axes.margins(x=0.15)
    axes.set_xlabel(picture["x_label"])
    _below(under, entries, [], width_mm)


def heat(figure: Any, picture: Picture, width_mm: float, legend: bool) -> None:
    """Cells coloured by their value."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.patches import Rectangle

    panels, scale = picture["panels"], picture["scale"]
    n_columns = min(len(panels), max(1, round(width_mm / 36.0)))
    n_rows = -(-len(panels) // n_columns)
    height = picture["height_mm"] or (width_mm - 20.0) / n_columns
    size = _size_of_text()
    figure.set_size_inches(width_mm * MM, (n_rows * (height + size * 12.0) + size * 16.0) * MM)
    axes = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
    norm = (LogNorm if scale["is_logarithmic"] else Normalize)(scale["low"], scale["high"])
    mappable = ScalarMappable(norm=norm)
    for index, own in enumerate(axes.flat):
        if index >= len(panels):
            own.set_visible(False)
            continue
        panel = panels[index]
        own.grid(False)
        own.set_facecolor(BLANK)
        title = [panel["title"], panel["subtitle"]]
        own.set_title("\n".join(line for line in title if line))
        cells = [Rectangle((of["x"][0], of["y"][0]), of["x"][1] - of["x"][0], of["y"][1] - of["y"][0])
                 for of in panel["cells"]]  # fmt: skip
        colours: Any = mappable.to_rgba(_numbers([of["value"] for of in panel["cells"]]))
        own.add_collection(PatchCollection(cells, facecolors=colours, edgecolors=colours, linewidths=0.1))
        _axis(own, "x", picture["x"])
        _axis(own, "y", picture["y"])
        if picture["is_downwards"]:
            own.invert_yaxis()
    figure.supxlabel(picture["x_label"], fontsize="medium")
    figure.supylabel(picture["y_label"], fontsize="medium")
    bar = figure.colorbar(mappable, ax=axes, location="bottom", label=picture["scale_label"], aspect=40)
    bar.set_ticks([tick[0] for tick in scale["ticks"]], labels=[tick[1] for tick in scale["ticks"]])
    bar.minorticks_off()
    for note in picture["notes"]:
        bar.ax.set_xlabel(f"{bar.ax.get_xlabel()}\n{note}")


DRAWN: dict[str, Callable[[Any, Picture, float, bool], None]] = {
    "grid": grid,
    "dots": dots,
    "bars": bars,
    "heat": heat,
}


def _axis(axes: Any, which: str, axis: dict[str, Any]) -> None:
    from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

    own = getattr(axes, f"{which}axis")
    getattr(axes, f"set_{which}scale")("log" if axis["is_logarithmic"] else "linear")
    getattr(axes, f"set_{which}lim")(axis["low"], axis["high"])
    own.set_ticks([tick[0] for tick in axis["ticks"]], labels=[tick[1] for tick in axis["ticks"]])
    own.set_minor_locator(FixedLocator(axis["minor"]) if axis["minor"] else NullLocator())
    own.set_minor_formatter(NullFormatter())
    getattr(axes, f"set_{which}lim")(axis["low"], axis["high"])


def _line(style: dict[str, Any]) -> dict[str, Any]:
    marker, is_filled = MARKERS[style["marker"]]
    return {
        "color": style["colour"],
        "marker": marker,
        "markerfacecolor": style["colour"] if is_filled else "white",
        "markeredgecolor": style["colour"],
        "markeredgewidth": 0.8,
        "linestyle": (0, tuple(style["dash"])) if style["dash"] else "-",
    }


def _size_of_text() -> float:
    """How large text is, beside `POINTS`."""
    from matplotlib import rcParams

    return float(rcParams["font.size"]) / POINTS


def _numbers(values: list[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _columns(entries: list[dict[str, Any]], width_mm: float) -> int:
    # About 1.25 mm a letter, and the key before it.
    widest = _size_of_text() * max(1.25 * len(entry["label"]) + 9.0 for entry in entries)
    return max(1, min(len(entries), int(width_mm // widest)))


def _rows_of_legend(entries: list[dict[str, Any]], width_mm: float) -> int:
    return -(-len(entries) // _columns(entries, width_mm)) if entries else 0


def _below(part: Any, entries: list[dict[str, Any]], notes: list[str], width_mm: float) -> None:
    """The legend, and what the axes leave out."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    for entry in entries:
        if entry["line"] is not None:
            handles.append(Line2D([], [], label=entry["label"], **_line(entry["line"])))
        elif entry["fill"] is not None:
            handles.append(Patch(color=entry["fill"], label=entry["label"]))
        else:
            handles.append(Line2D([], [], linestyle="", label=entry["label"]))
    if handles:
        part.legend(handles=handles, loc="upper center", ncols=_columns(entries, width_mm))
    for index, note in enumerate(reversed(notes)):
        part.text(0.5, 0.02 + 0.16 * index, note, ha="center", va="bottom", fontsize="small")


def _broken(label: str, length_mm: float) -> str:
    """A label in two lines where it is longer than what it stands beside."""
    if 1.3 * _size_of_text() * len(label) <= length_mm + 4.0 or " " not in label:
        return label
    words = label.split(" ")
    breaks = range(1, len(words))
    at = min(breaks, key=lambda n: max(len(" ".join(words[:n])), len(" ".join(words[n:]))))
    return f"{' '.join(words[:at])}\n{' '.join(words[at:])}"
