"""A line of progress, in a terminal, in a notebook, or in a log."""

from __future__ import annotations

import importlib
import shutil
import sys
import time
from typing import Any

#: What happens in an experiment; `event` says what.
Event = dict[str, Any]

#: Seconds from one drawing of the line to the next.
BETWEEN = 0.1


class Line:
    """How many runs are done, how far those are that go on, and the time that is left."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._drawn = 0.0
        self._n_runs = 0
        self._n_ended = 0
        self._n_reused = 0
        self._n_failed = 0
        #: Shares of the runs that go on.
        self._open: dict[str, float] = {}
        self._show = _Notebook() if _in_notebook() else _Terminal()

    def event(self, event: Event) -> None:
        """Hears of an event."""
        kind = event["event"]
        if kind == "experiment_started":
            self._n_runs = event["n_runs"]
        elif kind == "run_started":
            self._open[_key(event)] = 0.0
        elif kind == "step":
            done = event["epoch"] - 1 + event["n_done"] / max(event["n_steps"], 1)
            self._open[_key(event)] = done / max(event["n_epochs"], 1)
        elif kind == "run_ended":
            self._open.pop(_key(event), None)
            self._n_ended += event["outcome"] != "interrupted"
            self._n_reused += event["outcome"] == "reused"
            if event["outcome"] == "failed":
                self._n_failed += 1
                self._show.note(f"{_label(event['run'])} failed: {event.get('error', '')}")
        elif kind in ("note", "warning"):
            self._show.note(event["text"])
        now = time.monotonic()
        if now - self._drawn >= BETWEEN or kind == "experiment_ended":
            self._drawn = now
            self._show.line(self.text())

    def text(self) -> str:
        """The line."""
        share = (self._n_ended + sum(self._open.values())) / max(self._n_runs, 1)
        n_filled = round(20 * min(share, 1.0))
        words = [f"{'━' * n_filled}{'─' * (20 - n_filled)} {self._n_ended} of {self._n_runs} runs"]
        if self._n_reused:
            words.append(f"{self._n_reused} reused")
        if self._n_failed:
            words.append(f"{self._n_failed} failed")
        taken = time.monotonic() - self._began
        if 0.02 < share < 1.0 and taken > 2.0:
            words.append(f"{_clock(taken * (1.0 - share) / share)} left")
        else:
            words.append(_clock(taken))
        return " · ".join(words)

    def close(self) -> None:
        """Ends the line, where there is one."""
        if self._n_runs:
            self._show.line(self.text())
            self._show.close()


class _Terminal:
    """Standard error; a line that is written over where that is a terminal, else nothing but notes and the end."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._last = ""

    def line(self, text: str) -> None:
        self._last = text
        if self._is_live:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{text[:width]}")
            sys.stderr.flush()

    def note(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}\n" if self._is_live else f"{text}\n")

    def close(self) -> None:
        sys.stderr.write("\n" if self._is_live else f"{self._last}\n")
        sys.stderr.flush()


class _Notebook:
    """An output of the cell that is replaced."""

    def __init__(self) -> None:
        display: Any = importlib.import_module("IPython.display").display
        self._notes: list[str] = []
        self._line = ""
        self._handle = display({"text/plain": ""}, raw=True, display_id=True)

    def line(self, text: str) -> None:
        self._line = text
        self._draw()

    def note(self, text: str) -> None:
        self._notes.append(text)
        self._draw()

    def close(self) -> None:
        self._draw()

    def _draw(self) -> None:
        text = "\n".join([*self._notes[-20:], self._line])
        if self._handle is not None:
            self._handle.update({"text/plain": text}, raw=True)


def _in_notebook() -> bool:
    """Whether outputs go to a front end that replaces them."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None and hasattr(module, "get_ipython") else None
    return shell is not None and hasattr(shell, "kernel")


def _key(event: Event) -> str:
    return str(sorted(event["run"].items(), key=lambda item: item[0]))


def _label(run: dict[str, Any]) -> str:
    words = [run["task"], run["learner"], run.get("variant", ""), f"seed {run['seed']}"]
    return " · ".join(word for word in words if word)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
