#!/usr/bin/env bash
# Builds the wheel of crates/python for this machine, with the licences of all that is in it, installs it into a fresh
# environment, and makes a page and a figure with it.
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
licences=crates/python/licences
trap 'rm -rf "$made" "$licences"' EXIT
python=$(command -v python3 || command -v python)
fresh() {
  "$python" -m venv "$made/$1"
  [ -d "$made/$1/bin" ] && echo "$made/$1/bin" || echo "$made/$1/Scripts"
}

options=() tool='maturin>=1.10,<2'
if [ "$(uname -s)" = Linux ]; then
  options=(--compatibility manylinux2014 --zig)
  tool='maturin[zig]>=1.10,<2'
fi
rm -rf "$licences"
mkdir "$licences"
cp LICENSE-MIT LICENSE-APACHE crates/reporting/assets/DejaVuSans-LICENSE.txt "$licences"
target=$(rustc -vV | sed -n 's/^host: //p')
"$python" scripts/licences.py "$target" crates/python/Cargo.toml apical-python > "$licences/LICENSES-LIBRARIES.txt"

tools=$(fresh tools)
"$tools/python" -m pip install --quiet "$tool"
PATH=$tools:$PATH "$tools/maturin" build --release --locked --manifest-path crates/python/Cargo.toml \
  --out "$made/wheel" ${options[@]+"${options[@]}"}
wheel=$(echo "$made"/wheel/*.whl)
held=$("$python" -m zipfile -l "$wheel")
for licence in $(ls "$licences"); do
  grep -qF ".dist-info/licenses/licences/$licence " <<< "$held" || { echo "the wheel has no $licence"; exit 1; }
done

user=$(fresh user)
"$user/python" -m pip install --quiet "$wheel"
cat > "$made/tried.py" <<'PYTHON'
import pathlib
import sys

import apical

results = apical.run("quick", out=sys.argv[1], seeds=[0], progress=False)
page = pathlib.Path(sys.argv[1], "quick", "index.html")
print(f"apical {apical.__version__}: {len(results.runs)} runs, a page of {page.stat().st_size} bytes")
PYTHON
(cd "$made" && "$user/python" tried.py "$made/results")

"$user/python" -m pip install --quiet "${wheel}[plot]"
cat > "$made/drawn.py" <<'PYTHON'
import apical

epochs = {"training.n_epochs": 3, "task.digits.training.n_epochs": 3}
results = apical.run("quick", name="tiny", seeds=[0], set=epochs, progress=False)
figure = apical.plot(results, "learning_curves", task="digits")
figure.savefig("curve.png")
PYTHON
cat > "$made/looked_at.py" <<'PYTHON'
from matplotlib.image import imread

pixels = imread("curve.png")[..., :3]
n_coloured = int((pixels.max(axis=2) - pixels.min(axis=2) > 0.3).sum())
if n_coloured < 100:
    raise SystemExit(f"curve.png has {n_coloured} coloured pixels, expected at least 100")
print(f"a learning curve of {pixels.shape[1]} x {pixels.shape[0]} pixels, {n_coloured} of them coloured")
PYTHON
(cd "$made" && MPLBACKEND=Agg "$user/python" drawn.py && "$user/python" looked_at.py)
cp "$wheel" "$out"
ls -l "$wheel" | awk '{ print $NF ": " $5 " bytes" }'
