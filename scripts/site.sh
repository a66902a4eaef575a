#!/usr/bin/env bash
# Builds the documentation site into a folder: pages that open from there, with nothing asked of the network.
#
#     scripts/site.sh OUT [PROGRAM]      PROGRAM is target/release/apical where not given
#
# Needs the program (its commands, keys and names are pages), Python with latex2mathml, and mdBook 0.5. With PyPI and
# crates.io in reach, what is absent is put into target/site first (mdBook builds for some minutes); else it is said
# how to install it, and the exit code is 2. Links and anchors are checked, and, where there is a Chromium, that no page
# is wider than a window of 360 px and that search works.
set -euo pipefail
out=${1:?usage: $0 OUT [PROGRAM]}
here=$(cd "$(dirname "$0")/.." && pwd)
program=${2:-$here/target/release/apical}
tools=$here/target/site
mdbook_version=0.5.4 latex2mathml_version=3.81.1

missing=0
absent() { echo "missing: $1" >&2; missing=1; }
[ -x "$program" ] || absent "the program ($program): cargo build --release"
if ! python3 -c 'import latex2mathml' 2>/dev/null; then
  [ -x "$tools/venv/bin/python3" ] || python3 -m venv "$tools/venv" || true
  "$tools/venv/bin/python3" -c 'import latex2mathml' 2>/dev/null ||
    "$tools/venv/bin/pip" install --quiet latex2mathml==$latex2mathml_version || true
  PATH=$tools/venv/bin:$PATH
  python3 -c 'import latex2mathml' 2>/dev/null ||
    absent "latex2mathml, which equations are made with: python3 -m pip install latex2mathml==$latex2mathml_version"
fi
if ! command -v mdbook >/dev/null; then
  [ -x "$tools/bin/mdbook" ] || cargo install mdbook --version $mdbook_version --locked --quiet --root "$tools" || true
  PATH=$tools/bin:$PATH
  command -v mdbook >/dev/null || absent "mdBook: cargo install mdbook --version $mdbook_version --locked"
fi
[ $missing = 0 ] || exit 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/scripts/site.py" lay "$work/book" "$program"
rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
mdbook --version
mdbook build "$work/book" -d "$out" 2>"$work/log" || { cat "$work/log"; exit 1; }
if grep -E 'WARN|ERROR' "$work/log"; then exit 1; fi
python3 "$here/scripts/site.py" check "$out"
python3 "$here/scripts/site_open.py" "$out"
echo "$out/index.html: $(du -sm "$out" | cut -f1) MB"
