#!/usr/bin/env bash
# Builds the static program of this machine's processor, with musl, tries it in an empty root, and makes its archive.
#
#   scripts/binary.sh OUT [PROGRAM]
#
# OUT gets the archive and its checksum. PROGRAM is one built in the usual way: how many records of both are the same
# to the bit is said, and the ratio of their times.
# Exit code 2, with a sentence, where Rust's target or a compiler for musl is not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(uname -s)" = Linux ] || { echo "no Linux: no static program"; exit 2; }
target=$(uname -m)-unknown-linux-musl
if ! rustup target list --installed 2>/dev/null | grep -qx "$target"; then
  echo "no target $target: rustup target add $target"
  exit 2
fi
command -v musl-gcc >/dev/null || { echo "no musl-gcc: apt-get install musl-tools"; exit 2; }
mkdir -p "$1"
out=$(realpath "$1")
usual=${2:+$(realpath "$2")}

cargo build --release --locked --target "$target"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
root=$made/root
mkdir -p "$root/out"
program=$root/apical
strip -o "$program" "${CARGO_TARGET_DIR:-target}/$target/release/apical"

# A program at a fixed place or not (static-pie): no loader, no library.
if readelf --program-headers "$program" | grep -q INTERP || readelf --dynamic "$program" | grep -q NEEDED; then
  readelf --program-headers --dynamic "$program" | grep -E 'INTERP|interpreter|NEEDED'
  echo "the program is not static"
  exit 1
fi
echo "static, $(stat -c %s "$program") bytes"

# Nothing but the program and a folder to write to: no /proc, no /dev, no /etc, no /tmp.
inside() {
  if [ "$(id -u)" = 0 ]; then
    env -i "$(command -v chroot)" "$root" "$@"
  elif unshare --map-root-user true 2>/dev/null; then
    env -i "$(command -v unshare)" --map-root-user --root="$root" "$@"
  else
    sudo -n env -i "$(command -v chroot)" "$root" "$@"
    sudo -n chown -R "$(id -u)" "$root/out"
  fi
}
# What it does in nothing at all: one command, the page.
inside /apical run --out /out --quiet > "$made/said"
page=$root/out/quick/index.html
[ -s "$page" ] || { cat "$made/said"; echo "no page was made in the empty root"; exit 1; }
echo "in an empty root: $(find "$root/out/quick" -name summary.json | wc -l) runs, a page of $(stat -c %s "$page") bytes"

now() { date +%s%N; }
median() { sort -n | awk '{ of[NR] = $1 } END { print (of[int((NR + 1) / 2)] + of[int(NR / 2) + 1]) / 2 }'; }
starts() { for _ in $(seq 21); do begun=$(now); "$1" --version >/dev/null; echo $(($(now) - begun)); done; }
# The start of the process is in it.
start_up() { starts "$1" | median | awk '{ printf "%.1f ms", $1 / 1e6 }'; }
echo "start-up (apical --version, median of 21): $(start_up "$program")"

if [ -n "$usual" ]; then
  echo "start-up of the usual program: $(start_up "$usual")"
  # The functions of musl round otherwise than glibc's in a last digit here and there (docs/install.md).
  "$usual" run --out "$made/usual" --quiet > "$made/said"
  "$usual" compare "$root/out/quick" "$made/usual/quick" --fail-if 'accuracy > 1' --fail-if 'accuracy < -1' \
    > "$made/compared" || { cat "$made/compared"; exit 1; }
  scripts/digests.sh "$program" > "$made/static.digests"
  scripts/digests.sh "$usual" > "$made/usual.digests"
  equal() { grep "$1" "$made/static.digests" | grep -cxFf "$made/usual.digests" || true; }
  all() { grep -c "$1" "$made/static.digests"; }
  echo "equal to the bit: weights of $(equal weights) of $(all weights) runs," \
    "readings of $(equal 'series\|metrics') of $(all 'series\|metrics')"
  for _ in 1 2 3 4 5; do
    for which in static usual; do
      of=$program
      [ $which = static ] || of=$usual
      begun=$(now)
      "$of" run --out "$made/timed" --quiet --force --seeds 0 > "$made/said"
      echo "$(($(now) - begun))" >> "$made/$which.times"
    done
  done
  paste "$made/static.times" "$made/usual.times" | awk '{ print $1 / $2 }' | median |
    awk '{ printf "time of the default experiment over that of the usual program (median of 5 pairs): %.3f\n", $1 }'
fi

scripts/archive.sh "$program" "$target" "$out"
