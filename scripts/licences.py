"""Prints the licences of all libraries that are in a package, with the texts that they ask to be handed on.

    python3 scripts/licences.py TARGET [MANIFEST PACKAGE]

It is the program where nothing else is said. Texts are those of the libraries' packages; a text that several have is printed once.
"""

import json
import pathlib
import re
import subprocess
import sys

NAME = re.compile(r"(licen[cs]e|copying|notice|copyright|unlicense)", re.I)


def libraries(target, manifest="Cargo.toml", name="apical"):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    command += ["--manifest-path", manifest]
    about = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in about["packages"]}
    needed = {node["id"]: node["deps"] for node in about["resolve"]["nodes"]}
    left = [package["id"] for package in about["packages"] if package["name"] == name and not package["source"]]
    if not left:
        sys.exit(f"{manifest} has no package {name!r}")
    seen = set()
    while left:
        identity = left.pop()
        if identity not in seen:
            seen.add(identity)
            left += [of["pkg"] for of in needed[identity] if any(kind["kind"] is None for kind in of["dep_kinds"])]
    found = [packages[identity] for identity in seen if packages[identity]["source"]]
    return sorted(found, key=lambda package: (package["name"], package["version"]))


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    for path in sorted(folder.rglob("*")):
        if NAME.match(path.name) and path.suffix not in (".rs", ".py", ".json") and path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace").strip()


def main():
    if len(sys.argv) not in (2, 4):
        sys.exit("expected TARGET, or TARGET MANIFEST PACKAGE")
    found = libraries(*sys.argv[1:])
    print("Libraries that are linked in, and their licences; the texts follow.\n")
    owners = {}
    for package in found:
        name = f"{package['name']} {package['version']}"
        print(f"  {name}: {package['license'] or 'see its text'}")
        for text in texts(package):
            of = owners.setdefault(" ".join(text.split()), (text, []))[1]
            if name not in of:
                of.append(name)
    for text, names in owners.values():
        print("\n" + "-" * 100 + "\n" + ", ".join(names) + ":\n\n" + text)


sys.stdout.reconfigure(encoding="utf-8", newline="\n")
main()
