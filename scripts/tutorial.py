"""Does what the tutorial and the how-to pages say, and compares what is printed with what stands there.

    python3 scripts/tutorial.py PROGRAM [--own PROGRAM] [--only CHAPTER] [--write]

PROGRAM is `apical`, --own the program of examples/sign_symmetric (`sign-symmetric`); blocks that need what is
not there are said and left out. Every page runs in an empty folder of its own.

Of a page count the fenced blocks:

    ```console            lines with `$ ` are commands, run by bash; what follows them is what they print on
                          standard output, in a terminal of 80 columns
    ```text               an illustration; nothing is done
    any other             after `<!-- file: NAME -->` it is written to NAME, which the text above has to name; after `<!-- same as: FILE from TEXT -->`
                          it has to be, word for word, what stands in FILE of the repository from the line with TEXT
                          on; else it is an error

Comments right above a block say more:

    <!-- varies: REGEX -->   what this matches may differ; so may, everywhere, times and digests (ALWAYS, below)
    <!-- exit: N -->         the last command ends with this code; all others with 0
    <!-- needs: NAME -->     `own`, the program of the example; or a Python module
    <!-- in: repository -->  commands run there, and only read, in place of the page's folder

A line `…` in what is printed stands for any lines. --write puts what was printed in place of what stands there,
where it has no `…`.
"""

import argparse
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHAPTERS = [ROOT / "docs/book/src/tutorial", ROOT / "docs/book/src/how_to"]

# Seconds for a command.
LIMIT = 300

# What differs from run to run and from machine to machine: durations, times, sizes of memory, digests, processors.
ALWAYS = [
    r"\b\d+(\.\d+)?([eE]-?\d+)? ?(µs|ms|s|min|h)\b",
    r"\b\d+(\.\d+)? (kB|MB|GB)\b",
    r"\b[0-9a-f]{8}([0-9a-f]{56})?\b",
]

FENCE = re.compile(r"((?:^<!--[^\n]*-->\n)*)^```(\S*)\n(.*?)^```$", re.M | re.S)
COMMENT = re.compile(r"<!-- (\w[\w ]*): (.*?) -->")


def masked(line, patterns):
    for pattern in patterns:
        line = re.sub(pattern, "~", line)
    # Columns move with the widths of what varies.
    return re.sub(r"(?<=\S) +", " ", line.rstrip())


def agrees(expected, found, patterns):
    """Whether lines agree, `…` standing for any number of them."""
    if not expected:
        return not found
    if expected[0] == "…":
        return any(agrees(expected[1:], found[n:], patterns) for n in range(len(found) + 1))
    return bool(found) and masked(expected[0], patterns) == masked(found[0], patterns) and agrees(
        expected[1:], found[1:], patterns
    )


def parts(body):
    """Commands of a console block, each with what it prints."""
    out = []
    for line in body.splitlines():
        if line.startswith("$ "):
            out.append([line[2:], []])
        elif out and not out[-1][1] and out[-1][0].endswith("\\"):
            out[-1][0] += "\n" + line.removeprefix("> ")
        elif not out:
            raise ValueError("a console block begins with a command")
        else:
            out[-1][1].append(line.rstrip())
    return out


def same(what, body):
    """Whether a block is a part of a file of the repository."""
    path, _, start = what.partition(" from ")
    text = (ROOT / path).read_text()
    at = text.find(start)
    at = text.rfind("\n", 0, at) + 1 if start else 0
    wanted = lambda t: "\n".join(line.strip() for line in t.strip().splitlines())
    return wanted(text[at:]).startswith(wanted(body))


def chapter(path, programs, write):
    bad, ran, left = 0, 0, []
    text = path.read_text()
    with tempfile.TemporaryDirectory() as work:
        folder, links = pathlib.Path(work, "here"), pathlib.Path(work, "bin")
        folder.mkdir()
        links.mkdir()
        for name, program in programs.items():
            (links / name).symlink_to(program)
        env = dict(os.environ, PATH=f"{links}:{os.environ['PATH']}", COLUMNS="80", LC_ALL="C.UTF-8")
        for key in ("APICAL_DATA_DIR", "APICAL_KERNELS"):
            env.pop(key, None)

        def block(match):
            nonlocal bad, ran
            comments, kind, body = match.groups()
            said = COMMENT.findall(comments)
            get = lambda name: [value for key, value in said if key == name]
            place = f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}"
            needs = [n for n in get("needs") if not (n in programs or n == "own" and "sign-symmetric" in programs
                                                     or n != "own" and importlib.util.find_spec(n))]
            if needs:
                left.append(f"{place}: not done, without {', '.join(needs)}")
                return match.group(0)
            if kind == "text":
                return match.group(0)
            if kind != "console":
                if get("file"):
                    if f"`{get('file')[0]}`" not in text[: match.start()].rstrip().rsplit("\n\n", 1)[-1]:
                        bad += 1
                        print(f"{place}: the text above does not say that this is {get('file')[0]}")
                    (folder / get("file")[0]).parent.mkdir(parents=True, exist_ok=True)
                    (folder / get("file")[0]).write_text(body)
                elif get("same as"):
                    if not same(get("same as")[0], body):
                        bad += 1
                        print(f"{place}: is not what stands in {get('same as')[0]}")
                else:
                    bad += 1
                    print(f"{place}: a block of {kind or 'no kind'} that is no file")
                return match.group(0)
            patterns = ALWAYS + get("varies")
            where = ROOT if get("in") == ["repository"] else folder
            commands = parts(body)
            again = []
            for n, (command, expected) in enumerate(commands):
                ran += 1
                try:
                    done = subprocess.run(["bash", "-c", command], cwd=where, env=env, capture_output=True,
                                          text=True, timeout=LIMIT)
                except subprocess.TimeoutExpired:
                    bad += 1
                    print(f"{place}: $ {command}\ntook longer than {LIMIT} s; the rest of the block was not done")
                    return match.group(0)
                found = [line.rstrip() for line in done.stdout.rstrip("\n").split("\n")] if done.stdout else []
                code = int(get("exit")[0]) if get("exit") and n == len(commands) - 1 else 0
                if done.returncode != code:
                    bad += 1
                    print(f"{place}: $ {command}\nended with {done.returncode}, not {code}\n{done.stderr}")
                elif not agrees(expected, found, patterns) and not (write and "…" not in expected):
                    bad += 1
                    print(f"{place}: $ {command}\nprinted")
                    print("\n".join("  | " + line for line in found))
                    print("where the chapter has")
                    print("\n".join("  | " + line for line in expected))
                keep = "…" in expected or agrees(expected, found, patterns)
                again += ["$ " + command.replace("\n", "\n> "), *(expected if keep else found)]
            return f"{comments}```{kind}\n" + "".join(line + "\n" for line in again) + "```" if write else match.group(0)

        new = FENCE.sub(block, text)
    if write and new != text:
        path.write_text(new)
    for line in left:
        print(line)
    print(f"{path.name}: {ran} commands" + (f", {bad} differences" if bad else ", as the chapter says"))
    return bad


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("program")
    args.add_argument("--own")
    args.add_argument("--only", default="")
    args.add_argument("--write", action="store_true")
    args = args.parse_args()
    programs = {"apical": pathlib.Path(args.program).resolve(strict=True)}
    if args.own:
        programs["sign-symmetric"] = pathlib.Path(args.own).resolve(strict=True)
    chapters = [path for folder in CHAPTERS for path in sorted(folder.glob("*.md")) if args.only in str(path)]
    return 1 if sum([chapter(path, programs, args.write) for path in chapters]) else 0


if __name__ == "__main__":
    sys.exit(main())
