"""Lays out the documentation site for mdBook, and checks what mdBook made of it.

    python3 scripts/site.py lay OUT PROGRAM     writes OUT/book.toml and OUT/src
    python3 scripts/site.py check SITE          fails on dead links, dead anchors, and what asks for the network

Chapters are docs/book/src. What stands elsewhere is laid out from where it stands: the pages of PAGES, manual
pages of commands (`apical man`), names (`apical list`), metrics and exit codes (`apical explain`), figures of
results/reference. Links are relative to the file that they stand in; those to a page of the site lead to it, those
to another file of the repository to a copy in files/, those to a folder stay text.

In chapters, `$…$` and `$$…$$` are TeX, made MathML here (latex2mathml).
"""

import html
import html.parser
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOOK = ROOT / "docs/book"
REFERENCE = ROOT / "results/reference"

# Pages of the repository and where they are on the site.
PAGES = {
    "docs/install.md": "install.md",
    "docs/keys.md": "reference/keys.md",
    "docs/glossary.md": "reference/glossary.md",
    "docs/notation.md": "theory/notation.md",
    "docs/records.md": "reference/records.md",
    "docs/credit.md": "theory/credit.md",
    "docs/loop_gain.md": "theory/loop_gain.md",
    "docs/fig2_alignment.md": "results/fig2_alignment.md",
    "docs/paper.md": "results/paper.md",
    "docs/align.md": "reference/align.md",
    "docs/profile.md": "reference/profile.md",
    "docs/cluster.md": "reference/cluster.md",
    "crates/python/README.md": "reference/python.md",
    "datasets/README.md": "reference/data_sets.md",
    "results/README.md": "results/records.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
}
# Of these the symbols of plain text become symbols with indices.
SYMBOLS = {
    "docs/glossary.md", "docs/notation.md", "docs/loop_gain.md", "docs/fig2_alignment.md", "docs/paper.md",
    "docs/credit.md", "docs/align.md",
}
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
BLOCK = re.compile(r"(^```.*?^```$)", re.M | re.S)
FENCED = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.M | re.S)


class Layout:
    def __init__(self, out, program):
        self.out, self.program = out, program
        self.pages = {ROOT / page: place for page, place in PAGES.items()}
        for path in (BOOK / "src").rglob("*.md"):
            self.pages[path] = str(path.relative_to(BOOK / "src"))
        self.errors = []

    def write(self, place, text):
        path = self.out / "src" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *args):
        return subprocess.run([self.program, *args], check=True, capture_output=True, text=True).stdout

    # Links.

    def links(self, text, source, place):
        def link(match):
            target, _, anchor = match.group(2).partition("#")
            if not target or re.match(r"[a-z]+:", target):
                return match.group(0)
            path = pathlib.Path(os.path.normpath(source.parent / urllib.parse.unquote(target)))
            here = pathlib.PurePosixPath(place).parent
            if path in self.pages:
                target = os.path.relpath(self.pages[path], here)
            elif path.is_file():
                copy = pathlib.Path("files", path.relative_to(ROOT))
                if path.suffix == ".md":
                    # mdBook makes a page's name of what has .md anywhere.
                    copy = copy.with_suffix(".txt")
                (self.out / "src" / copy).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, self.out / "src" / copy)
                target, anchor = os.path.relpath(copy, here), ""
            elif path.parent == REFERENCE and path.is_dir() and path.name in self.galleries():
                target = os.path.relpath(f"gallery/{path.name}.md", here)
            elif path.is_dir():
                return "](dir:)"
            elif os.path.normpath(here / target) in self.made | {"gallery/index.md"}:
                pass
            else:
                self.errors.append(f"{source.relative_to(ROOT)}: no {match.group(2)}")
            return f"]({target}{'#' + anchor if anchor else ''})"

        out = "".join(
            part if n % 2 else LINK.sub(link, part) for n, part in enumerate(BLOCK.split(text))
        )
        return re.sub(r"\[([^\]]+)\]\(dir:\)", r"\1", out)

    # Pages made from the program.

    made = {f"reference/{name}.md" for name in ("commands", "metrics", "exit_codes", "names")}

    def commands(self):
        with tempfile.TemporaryDirectory() as work:
            self.run("man", work)
            pages = {path.stem: path.read_text() for path in pathlib.Path(work).glob("*.1")}
        order = sorted(pages, key=lambda name: (name != "apical", name))
        text = "# Commands\n\nMade of the program's own manual pages; `apical man DIR` writes them for `man`.\n\n"
        text += "\n".join(
            f"- [`{name.replace('-', ' ')}`](#{name}): {summary(pages[name])}" for name in order
        )
        for name in order:
            text += f"\n\n## `{name.replace('-', ' ')}` {{#{name}}}\n\n" + from_roff(pages[name])
        self.write("reference/commands.md", text + "\n")

    def listed(self):
        """What `apical list` says: heading → [(name, line)]."""
        # A long name may run into what is said of it; the schema has it alone.
        known = sorted(set(re.findall(r'"([a-z0-9_]+)"', self.run("schema"))), key=len, reverse=True)
        heading, out = None, {}
        for line in self.run("list").splitlines():
            if line and not line.startswith(" "):
                heading, out[line] = line, []
            elif line.strip():
                row = line.strip()
                word = re.match(r"[a-z0-9_]+", row).group(0)
                name = word if word in known else next((k for k in known if row.startswith(k + "the ")), word)
                out[heading].append((name, row[len(name):].strip()))
        return out

    def lists(self, listed):
        validity = (BOOK / "src/theory/validity.md").read_text()
        rows = []
        for name, _ in listed["Metrics"]:
            if f"{{#{name}}}" not in validity:
                self.errors.append(f"theory/validity.md says nothing of the metric {name}")
            line, unit = self.metric(name)
            shown = f"<code>{name.replace('_', '&#95;<wbr>')}</code>"
            rows.append(f"| [{shown}](../theory/validity.md#{name}) | {with_indices(cell(line))} | {cell(unit)} |")
        self.write(
            "reference/metrics.md",
            "# Metrics\n\nEvery metric of `apical list`, in its own words; each leads to what it is valid for and "
            "the traps that it guards against. `apical explain NAME` says the same, and what figures and terms have "
            "that name. A metric that is named in `measure.metrics` is measured; without that key, those of the "
            "default are. The unit of what has none is 1.\n\n"
            "| metric | what it is | unit |\n|---|---|---|\n" + "\n".join(rows) + "\n",
        )
        text = "# Names\n\nWhat specifications and commands can name, as `apical list` prints it.\n"
        for heading, pairs in listed.items():
            if heading == "Metrics":
                text += "\n## Metrics\n\nOn [a page of their own](metrics.md).\n"
                continue
            text += f"\n## {heading}\n\n| name | |\n|---|---|\n"
            for name, line in pairs:
                shown = f"`{name}`"
                file = ROOT / f"experiments/{name}.toml"
                if heading == "Built-in experiments" and file.is_file():
                    shown = f"[`{name}`](../experiments/{file.name})"
                text += f"| {shown} | {cell(line)} |\n"
        self.write("reference/names.md", self.links(text, ROOT / "docs/names.md", "reference/names.md"))
        self.exit_codes()

    def metric(self, name):
        """What `apical explain` says of a metric: one line, and its unit."""
        said = self.run("explain", name)
        found = re.search(rf"^{name} \(metric\)\n\n  (.+)\n\n  unit     (.+)$", said, re.M)
        if not found:
            self.errors.append(f"`apical explain {name}` gives no unit")
            return "", ""
        return found.group(1), "1" if found.group(2) == "none" else found.group(2)

    def exit_codes(self):
        said = self.run("explain", "exit codes")
        codes = re.findall(r"^  (\d+) +(.+)$", said, re.M)
        table = "| code | meaning |\n|---|---|\n" + "".join(f"| {code} | {cell(line)} |\n" for code, line in codes)
        if not codes or table not in (ROOT / "docs/records.md").read_text():
            self.errors.append(f"docs/records.md has other exit codes than `apical explain \"exit codes\"`:\n{table}")
        self.write(
            "reference/exit_codes.md",
            "# Exit codes\n\nOf every command, as `apical explain \"exit codes\"` prints them; `apical --help` ends with "
            f"them in short.\n\n{table}",
        )

    # The gallery.

    def galleries(self):
        return sorted({p.relative_to(REFERENCE).parts[0] for p in REFERENCE.glob("*/figures/**/*.svg")})

    def commands_of_results(self):
        """Experiment → command, from the table of results/README.md."""
        out = {}
        for line in (ROOT / "results/README.md").read_text().splitlines():
            match = re.match(r"\| \[([\w-]+)\]\(reference/([\w-]+)\)[^|]*\| (`[^`]+`)([^|]*)\| ([^|]*)\|", line)
            if match:
                out[match.group(2)] = (match.group(3), match.group(5).strip())
        return out

    def gallery(self, listed):
        lines = dict(listed["Figures"])
        commands = self.commands_of_results()
        index = (
            "# Figures\n\nAll figures that are kept beside the records in results/reference, as the program drew "
            "them: by experiment, each with the command that makes records and figures again. A figure's numbers "
            "stand in the CSV of its name, which the same command writes.\n\n"
        )
        summary_lines, cards = [], []
        for name in self.galleries():
            if name not in commands:
                self.errors.append(f"results/README.md has no command for {name}")
                continue
            command, time = commands[name]
            title = self.title(name)
            text = f"# {title}\n\n{command} ({time}) makes them again.\n\n"
            for path in sorted((REFERENCE / name / "figures").rglob("*.svg")):
                kind = path.stem
                inner = path.relative_to(REFERENCE / name / "figures").parent
                task = "" if str(inner) == "." else f", {str(inner).replace('_', ' ').replace('--', ', ')}"
                svg = path.read_text()
                alt = re.search(r"<title>(.*?)</title>", svg, re.S)
                place = f"gallery/{name}/{'' if str(inner) == '.' else str(inner) + '/'}{path.name}"
                (self.out / "src" / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, self.out / "src" / place)
                heading = kind.replace("_", " ").capitalize() + task
                said = lines.get(kind)
                text += f"## {heading}\n\n" + (f"{said[0].upper()}{said[1:]}.\n\n" if said else "")
                text += (
                    f'<img loading="lazy" src="{os.path.relpath(place, "gallery")}" '
                    f'alt="{html.escape(html.unescape(alt.group(1)) if alt else heading)}">\n\n'
                    f"```sh\n{command.strip('`')}\n```\n\n"
                )
            self.write(f"gallery/{name}.md", text)
            cards.append(
                f'<a class="card" href="{name}.html"><img loading="lazy" alt="" src="{self.cover(name)}">'
                f"<span>{html.escape(title)}</span><code>{command.strip('`')}</code></a>"
            )
            summary_lines.append(f"  - [{title}](gallery/{name}.md)")
        self.write("gallery/index.md", index + '<div class="cards">\n' + "\n".join(cards) + "\n</div>\n")
        return "\n".join(summary_lines)

    def cover(self, name):
        """The figure that stands for an experiment."""
        figures = sorted((REFERENCE / name / "figures").rglob("*.svg"))
        for kind in ("sweep", "depth", "coupling", "test_error", "traces", "residuals", "contrasts", "update_angle"):
            for path in figures:
                if path.stem == kind:
                    figures = [path]
        return f"{name}/{figures[0].relative_to(REFERENCE / name / 'figures')}"

    def title(self, name):
        """Of an experiment, from its records."""
        for file in (REFERENCE / name / "experiment.toml", ROOT / f"experiments/{name.replace('-', '_')}.toml"):
            if file.is_file():
                match = re.search(r'^title = "(.*)"', file.read_text(), re.M)
                if match:
                    return match.group(1)
        return name

    # All of it.

    def lay(self):
        src = self.out / "src"
        shutil.rmtree(self.out, ignore_errors=True)
        src.mkdir(parents=True)
        shutil.copyfile(BOOK / "book.toml", self.out / "book.toml")
        shutil.copytree(BOOK / "theme", self.out / "theme")
        listed = self.listed()
        self.commands()
        self.lists(listed)
        figures = self.gallery(listed)
        for path, place in sorted(self.pages.items()):
            text = path.read_text()
            if path.is_relative_to(BOOK):
                if path.name == "SUMMARY.md":
                    self.write(place, text.replace("{{gallery}}", figures))
                    continue
                text = self.math(text, path)
            else:
                if str(path.relative_to(ROOT)) in SYMBOLS:
                    text = outside_code(text, with_indices)
            text = self.links(text, path, place)
            text = outside_code(text, lambda part: unbroken(without_comments(part)))
            self.write(place, FENCED.sub(whole_options, text))
        if self.errors:
            sys.exit("\n".join(self.errors))

    def math(self, text, path):
        from latex2mathml.converter import convert

        def made(tex, display):
            try:
                out = convert(html.unescape(tex.strip()), display=display)
            except Exception as error:
                self.errors.append(f"{path.name}: {tex}: {error}")
                return tex
            # To Markdown these are marks.
            for mark in "*_|[]`\\":
                out = re.sub(rf"(>[^<]*)\{mark}", lambda m: m.group(1) + f"&#{ord(mark)};", out)
            return out

        def block(part):
            part = re.sub(
                r"^\$\$\n?(.*?)\n?\$\$$",
                lambda m: '<div class="equation">' + made(m.group(1).replace("\n", " "), "block") + "</div>",
                part, flags=re.M | re.S,
            )
            return re.sub(r"(?<![\w$\\])\$(?! )([^$\n]+?)(?<! )\$(?!\w)", lambda m: made(m.group(1), "inline"), part)

        return outside_code(text, block)


def outside_code(text, change):
    """Text with what is no block and no span of code changed."""
    return "".join(part if n % 2 else change(part) for n, part in enumerate(FENCED.split(text)))


def without_comments(text):
    """Comments bind numbers to cells and blocks to the tutorial's check; they are for no reader."""
    return re.sub(r"^<!-- \w.*? -->\n| *<!-- \w.*? -->", "", text, flags=re.M)


def unbroken(text):
    """No line ends inside `1.0 ± 0.2`, `≤ 0.5`, `65 %`, `3 ns` or `[−0.1, 0.3]`."""
    text = re.sub(r"(?<=[≤≥]) (?=\d)|(?<=\d) (?=(%|[mnp]s)(?!\w))", "\u00a0", text)
    text = re.sub(r"(?<=[\d°%]) ± (?=\d)", "\u00a0±\u00a0", text)
    return re.sub(r"\[([−+]?[\d.]+), ([−+]?[\d.]+)\]", "[\\1,\u00a0\\2]", text)


def whole_options(match):
    """`--set` of code in a line is one word, which does not end a line after its dashes."""
    text = match.group(0)
    if text.startswith("```") or not re.search(r"(?<![^\s`])--?\w", text):
        return text

    def option(found):
        return f'<span class="option">{found.group(0)}</span>'

    out = re.sub(r"(?<!\S)--?[\w-]+", option, html.escape(text[1:-1].replace("\\|", "|"), quote=False))
    for mark in "*_|[]\\":
        out = out.replace(mark, f"&#{ord(mark)};")
    return f"<code>{out}</code>"


def with_indices(text):
    """`W^PP_{k,k−1}` of plain text as symbols with indices."""

    def raised(match):
        out = match.group(1)
        for mark, braced, plain in INDEX.findall(match.group(2)):
            tag = "sub" if mark == "_" else "sup"
            out += f"<{tag}>{braced or plain}</{tag}>"
        return out

    return SYMBOL.sub(raised, text)


INDEX = re.compile(r"([_^])(?:\{([^{}]*)\}|([A-Za-z0-9*]+(?:,[A-Za-z0-9]+)*))")
SYMBOL = re.compile(r"(?<![\w.])([^\W\d_][\u0302\u0304]?′?)((?:[_^](?:\{[^{}]*\}|[A-Za-z0-9*]+(?:,[A-Za-z0-9]+)*))+)")

def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def unrolled(text):
    """Roff of one line as Markdown."""
    text = text.replace(r"\*(Aq", "'").replace("\\-", "-").replace("\\.", ".").replace("\\&", "")
    text = re.sub(r"\\fB(.*?)\\fR", r"`\1`", text)
    text = re.sub(r"\\fI(.*?)\\fR", r"*\1*", text)
    text = text.replace("\\\\", "\\")
    out, code = [], False
    for part in re.split(r"(`)", text):
        code ^= part == "`"
        out.append(part if code else part.replace("<", "&lt;").replace(">", "&gt;").replace("_", "\\_"))
    return "".join(out)


def summary(roff):
    return unrolled(re.search(r"^\.SH NAME\n.*? \\- (.*)$", roff, re.M).group(1))


def from_roff(roff):
    """What clap_mangen writes, as Markdown: sections, lists of definitions, paragraphs."""
    out, lines, term, skip = [], roff.splitlines(), False, False
    for n, line in enumerate(lines):
        if line.startswith(".SH"):
            name = line[3:].strip().strip('"')
            skip = name in ("NAME", "VERSION", "AUTHORS")
            if not skip and name not in ("SYNOPSIS", "DESCRIPTION"):
                out.append(f"\n**{name.capitalize()}**\n")
            term = False
        elif skip or line.startswith((".ie", ".el", ".TH")):
            continue
        elif line == ".TP":
            term = True
        elif line.startswith((".PP", ".br", ".sp", ".RS", ".RE", ".IP")):
            out.append("")
        elif term:
            out.append(f"\n- {plain_term(line)}: ")
            term = False
        elif line.startswith(r"\fBapical") and "SYNOPSIS" in lines[n - 1]:
            usage = re.sub(r"\\f[BIR]", "", line).replace("\\-", "-").strip()
            out.append(f"```text\n{wrapped(usage)}\n```\n")
        else:
            text = unrolled(line)
            if out and out[-1].endswith(": "):
                out[-1] += text
            elif out and out[-1].startswith("\n- "):
                out[-1] += " " + text
            else:
                out.append(text)
    text = "\n".join(out)
    text = re.sub(r"`apical-([\w-]+)\(1\)`",
                  lambda m: f"[`apical {m.group(1).replace('-', ' ')}`](#apical-{m.group(1)})", text)
    return re.sub(r"\n{3,}", "\n\n", text)


def plain_term(line):
    text = re.sub(r"\\f[BIR]", "", line).replace("\\-", "-").replace(r"\*(Aq", "'")
    head, _, rest = text.partition(" [default")
    return f"`{head.strip()}`" + (f" (default{rest.rstrip(']')})" if rest else "")


def wrapped(usage):
    words, lines = re.findall(r"\[[^\]]*\](?:\.\.\.)?|\S+", usage), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 78:
            lines.append("   ")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


# Checks of the site.


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for key in ("id", "name"):
            if attrs.get(key):
                self.anchors.add(attrs[key])
        if tag == "a" and attrs.get("href") is not None:
            self.links.append(("a", attrs["href"]))
        elif tag in ("img", "script", "source", "iframe") and attrs.get("src"):
            self.links.append(("asks", attrs["src"]))
        elif tag == "link" and attrs.get("href") and attrs.get("rel") != "canonical":
            self.links.append(("asks", attrs["href"]))
        elif "playground" in (attrs.get("class") or "").split():
            # mdBook's script does, for these.
            self.links.append(("asks", "https://play.rust-lang.org"))


def check(site):
    pages = {path: Page(path.read_text()) for path in site.rglob("*.html")}
    bad = []
    for path, page in pages.items():
        name = path.relative_to(site)
        for kind, link in page.links:
            url = urllib.parse.urlsplit(link)
            if url.scheme in ("http", "https") or link.startswith("//"):
                if kind == "asks":
                    bad.append(f"{name}: asks the network for {link}")
                continue
            if url.scheme:
                continue
            target = path if not url.path else pathlib.Path(
                os.path.normpath(path.parent / urllib.parse.unquote(url.path))
            )
            if name.name == "404.html" and url.path.startswith("/"):
                continue
            if target.is_dir():
                target = target / "index.html"
            if not target.is_file():
                bad.append(f"{name}: no {link}")
            elif url.fragment and target in pages:
                if urllib.parse.unquote(url.fragment) not in pages[target].anchors:
                    bad.append(f"{name}: no anchor {link}")
    for path in site.rglob("*.css"):
        for link in re.findall(r"url\(([^)]*)\)", path.read_text()):
            link = link.strip("'\"")
            if re.match(r"https?:|//", link):
                bad.append(f"{path.relative_to(site)}: asks the network for {link}")
    n = sum(len(page.links) for page in pages.values())
    for line in sorted(set(bad)):
        print(line)
    print(f"{len(pages)} pages, {n} links" + (f", {len(set(bad))} dead" if bad else ", none dead; nothing asks for the network"))
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["lay"] and len(sys.argv) == 4:
        Layout(pathlib.Path(sys.argv[2]).resolve(), str(pathlib.Path(sys.argv[3]).resolve())).lay()
    elif sys.argv[1:2] == ["check"] and len(sys.argv) == 3:
        sys.exit(check(pathlib.Path(sys.argv[2]).resolve()))
    else:
        sys.exit(__doc__)
