#!/usr/bin/env bash
# Builds the wheel of crates/python for this machine, installs it into a fresh environment, and makes a page with it.
#
#   scripts/wheel.sh OUT
#
# One wheel serves every CPython from 3.10 on (abi3). On Linux it is made for glibc 2.17 and newer (manylinux2014),
# with zig as the linker, which comes with maturin. scripts/python.sh runs the tests of the package.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p "$1"
out=$(cd "$1" && pwd)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
python=$(command -v python3 || command -v python)
fresh() {
  "$python" -m venv "$made/$1"
  [ -d "$made/$1/bin" ] && echo "$made/$1/bin" || echo "$made/$1/Scripts"
}

options=() tool='maturin>=1.7,<2'
if [ "$(uname -s)" = Linux ]; then
  options=(--compatibility manylinux2014 --zig)
  tool='maturin[zig]>=1.7,<2'
fi
tools=$(fresh tools)
"$tools/python" -m pip install --quiet "$tool"
PATH=$tools:$PATH "$tools/maturin" build --release --locked --manifest-path crates/python/Cargo.toml \
  --out "$made/wheel" ${options[@]+"${options[@]}"}

user=$(fresh user)
"$user/python" -m pip install --quiet "$made"/wheel/*.whl
cat > "$made/tried.py" <<'PYTHON'
import pathlib
import sys

import apical

results = apical.run("quick", out=sys.argv[1], seeds=[0], progress=False)
page = pathlib.Path(sys.argv[1], "quick", "index.html")
print(f"apical {apical.__version__}: {len(results.runs)} runs, a page of {page.stat().st_size} bytes")
PYTHON
(cd "$made" && "$user/python" tried.py "$made/results")
cp "$made"/wheel/*.whl "$out"
ls -l "$made"/wheel/*.whl | awk '{ print $NF ": " $5 " bytes" }'
