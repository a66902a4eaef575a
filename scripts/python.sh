#!/usr/bin/env bash
# Builds the Python wheel, installs it into a fresh environment, and runs its tests, mypy and the notebook there; those
# of arrays of PyTorch and JAX in another environment, which has both.
#
#   scripts/python.sh PROGRAM FOLDER
#
# PROGRAM is the built program, whose numbers have to be those of the package. FOLDER gets environments, build and
# pictures; the build, PyTorch and JAX are kept there from one call to the next.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
package=crates/python

if ! command -v python3 >/dev/null || ! python3 -m venv --help >/dev/null 2>&1; then
  echo "no Python with venv: the package was not built"
  exit 0
fi
if ! python3 -m pip download --quiet --no-deps --dest "$folder/reach" maturin >/dev/null 2>&1; then
  echo "no PyPI within reach: the package was not built"
  exit 0
fi

# Both have to be made of the same libraries, or runs of one would be taken for runs of the other.
versions() { awk '/^name = / { name = $3 } /^version = / { print name, $3 }' "$1" | sort; }
names() { versions "$1" | cut -d' ' -f1 | sort -u; }
others=$(comm -13 <(versions Cargo.lock) <(versions $package/Cargo.lock) | join - <(names Cargo.lock))
if [ -n "$others" ]; then
  echo "$package/Cargo.lock has other versions than Cargo.lock; copy that one over it and run cargo metadata there:"
  echo "$others"
  exit 1
fi

CARGO_TARGET_DIR="$folder/target" cargo clippy --release --locked --manifest-path $package/Cargo.toml -- -D warnings

rm -rf "$folder/wheels" "$folder/fresh"
# The wheel of a release.
CARGO_TARGET_DIR="$folder/target" scripts/wheel.sh "$folder/wheels"
wheel=$(echo "$folder"/wheels/*.whl)

python3 -m venv "$folder/fresh"
python=$folder/fresh/bin/python
# As a new user has it: NumPy alone.
"$python" -m pip install --quiet "$wheel"
(cd "$folder" && "$python" -c 'import apical; print("apical", apical.__version__, "with", len(apical.built_in()), "experiments")')
"$python" -m pip install --quiet pandas polars matplotlib pytest mypy nbclient nbformat ipykernel

step() { printf -- '-- %s\n' "$1"; }
step "pytest"
# The folder of the sources must not be what is imported.
cp -r $package/tests "$folder/tests.$$"
cp $package/README.md "$folder/tests.$$"
trap 'rm -rf "$folder/tests.$$"' EXIT
(cd "$folder/tests.$$" && APICAL_PROGRAM=$program "$python" -m pytest -q -rs -p no:cacheprovider .)
step "arrays of PyTorch and JAX"
peers=$folder/peers/bin/python
has_peers() { "$peers" -c 'import jax, pytest, torch' >/dev/null 2>&1; }
if ! has_peers; then
  rm -rf "$folder/peers"
  python3 -m venv "$folder/peers"
  # PyPI has PyTorch for Linux with CUDA alone, which takes gigabytes.
  {
    "$peers" -m pip install --retries 0 --timeout 15 --index-url https://download.pytorch.org/whl/cpu torch ||
      "$peers" -m pip install torch
    "$peers" -m pip install jax pytest
  } >"$folder/peers.log" 2>&1 || true
fi
if has_peers; then
  "$peers" -m pip install --quiet --force-reinstall --no-deps "$wheel"
  (cd "$folder/tests.$$" && "$peers" -m pytest -q -rs -p no:cacheprovider -k 'of_torch or of_jax' test_align.py)
else
  echo "PyTorch and JAX could not be installed ($folder/peers.log): their arrays were not tried"
fi
step "mypy --strict"
(cd $package && "$python" -m mypy --cache-dir "$folder/mypy" --config-file pyproject.toml)
(cd "$folder/tests.$$" && "$python" -m mypy --cache-dir "$folder/mypy" --strict typed.py)
step "notebook"
"$python" $package/examples/execute.py $package/examples/own_rule.ipynb "$folder/notebook"
