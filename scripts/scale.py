#!/usr/bin/env python3
"""What it takes to look at a folder with many runs.

    scripts/scale.py PROGRAM FOLDER [--runs 1000 10000 100000] [--out results/reference/speed/scale.json]
    scripts/scale.py --draw results/reference/speed/scale.json FIGURE

Makes two seeds of an experiment, copies them under further seeds, with checksums that are right, and times
`status`, `report` and `verify`; `merge` where asked for (its time is that of fsync). Memory is the most
that the program had. FOLDER is made, and taken away at the end. To draw needs matplotlib.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

SPEC = """title = "Many runs"
seeds = [0]

[training]
n_epochs = 3
batch_size = 50

[measure]
align_every_n_epochs = 3
n_alignment_batches = 2

[task.digits]
dataset.digits = {}
hidden = [8]
transfer = "logistic"
forward_scale = 0.1

[task.digits.learner.microcircuit.microcircuit]
nudging = 0.1
apical_mixing = 0.3
interneuron_nudging = 0.1
rates = [1.0, 0.1]
feedback_scale = 1.0

[task.digits.learner."matched backprop".backprop]
flavour = "matched"
rates = [3.0, 0.3]
"""
STYLE = Path(__file__).resolve().parent.parent / "crates/python/python/apical/apical.mplstyle"
SUMMARY_MARK = ',\n  "manifest": '
END = "\n}\n"
ANGLE = re.compile(r'("metric": ?"[a-z_]*angle"[^{}]*?"value": ?)(-?[0-9.]+(?:e-?[0-9]+)?)')


def copy(run: Path, seed: int) -> Path:
    """`run` as it would be under `seed`, with angles a little moved."""
    digest = hashlib.sha256(f"{run.parent.name} {seed}".encode()).hexdigest()
    to = run.with_name(f"seed-{seed}-{digest[:8]}")
    to.mkdir()
    summary, manifest = (run / "summary.json").read_text().rsplit(SUMMARY_MARK, 1)
    manifest = json.loads(manifest.rstrip().removesuffix("}"))
    nudge = (int(digest[:6], 16) / 0xFFFFFF - 0.5) * 1e-3

    def moved(text: str) -> str:
        # What saved weights predict stays.
        return ANGLE.sub(lambda found: found[1] + repr(float(found[2]) * (1 + nudge)), text)

    texts = {}
    for name, written in manifest["files"].items():
        data = (run / name).read_bytes()
        if name == "spec.toml":
            data = re.sub(rb"(# digest[^:]*: )[0-9a-f]{64}", rb"\g<1>" + digest.encode(), data)
            data = re.sub(rb"seeds = \[[^]]*\]", f"seeds = [{seed}]".encode(), data)
        elif name == "metrics.jsonl":
            text = data.decode().replace('"seed":0', f'"seed":{seed}')
            data = moved(text).encode()
        written["n_bytes"], written["sha256"] = len(data), hashlib.sha256(data).hexdigest()
        texts[name] = data
    alone = moved(summary.replace('"seed": 0', f'"seed": {seed}', 1)) + END
    manifest["digest"], manifest["summary"] = digest, hashlib.sha256(alone.encode()).hexdigest()
    for name, data in texts.items():
        (to / name).write_bytes(data)
    inner = json.dumps(manifest, indent=2).replace("\n", "\n  ")
    (to / "summary.json").write_text(alone.removesuffix(END) + SUMMARY_MARK + inner + END)
    return to


def made(program: Path, folder: Path, n_runs: int) -> Path:
    """A folder with about so many runs."""
    folder.mkdir(parents=True)
    (folder / "many.toml").write_text(SPEC)
    subprocess.run([program, "run", "many.toml", "--no-report", "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    root = folder / "results" / "many"
    arms = [sorted(arm.glob("seed-*"))[0] for arm in sorted((root / "digits").iterdir())]
    listed = []
    seeds = range(n_runs // len(arms))
    for arm in arms:
        listed.append(str(arm.relative_to(root)))
        for seed in seeds[1:]:
            listed.append(str(copy(arm, seed).relative_to(root)))
    (root / "runs.json").write_text(json.dumps(listed, indent=2) + "\n")
    spec = (root / "experiment.toml").read_text()
    seeds_text = ", ".join(map(str, seeds))
    (root / "experiment.toml").write_text(re.sub(r"seeds = \[[^]]*\]", f"seeds = [{seeds_text}]", spec))
    return root


def timed(words: list, cwd: Path) -> dict:
    """Seconds and MiB of a call, and how it ended."""
    begun = time.monotonic()
    process = subprocess.Popen(words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.stdout.read()
    _, code, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    code = os.waitstatus_to_exitcode(code)
    if code != 0:
        sys.exit(f"{words[1]} ended with exit code {code}: {said.decode()[-2000:]}")
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }


def write_table(rows: list, path: Path) -> None:
    """The same numbers as a table."""
    lines = [",".join(rows[0])] + [",".join(map(str, row.values())) for row in rows]
    path.write_text("\n".join(lines) + "\n")


def draw(record: Path, figure: Path) -> None:
    """Seconds and memory against the number of runs."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "scale"
    from matplotlib import pyplot

    rows = json.loads(record.read_text())["rows"]
    pyplot.style.use(STYLE)
    drawn, axes = pyplot.subplots(1, 2, figsize=(4.6, 1.9))
    quantities = (("seconds", "time (s)"), ("peak_mib", "memory at most (MiB)"))
    for axis, (quantity, label) in zip(axes, quantities):
        for command, marker in (("verify", "^"), ("report", "s"), ("status", "o")):
            of = [row for row in rows if row["command"] == command]
            axis.loglog([row["runs"] for row in of], [row[quantity] for row in of], marker=marker, label=command)
        axis.set_xlabel("runs in the folder")
        axis.set_ylabel(label)
    axes[0].legend()
    drawn.savefig(figure, metadata={"Date": None})


def main() -> None:
    if sys.argv[1:2] == ["--draw"]:
        return draw(*map(Path, sys.argv[2:]))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--commands", nargs="+", default=["status", "report", "verify"])
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    rows = []
    for n_runs in arguments.runs:
        folder = arguments.folder / str(n_runs)
        try:
            root = made(program, folder, n_runs)
            for command in arguments.commands:
                words = [program, command, str(root.relative_to(folder))]
                if command == "merge":
                    words += ["--out", "merged"]
                row = {"runs": n_runs, "command": command} | timed(words, folder)
                rows.append(row)
                print(json.dumps(row), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if arguments.out:
        version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
        processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        record = {
            "program": version,
            "processor": processor[1] if processor else platform.processor(),
            "n_processors": os.cpu_count(),
            "file_system": subprocess.run(["stat", "-f", "-c", "%T", arguments.folder.parent], check=True, capture_output=True, text=True).stdout.strip(),
            "load_before": os.getloadavg()[0],
            "rows": rows,
        }
        arguments.out.write_text(json.dumps(record, indent=2) + "\n")
        write_table(rows, arguments.out.with_suffix(".csv"))


if __name__ == "__main__":
    main()
