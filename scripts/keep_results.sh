#!/usr/bin/env bash
# Copies what is small of an experiment's or a protocol's results to results/reference, to be
# committed: series of a run and numbers of a protocol's figure where they have at most 16 and 32 KiB,
# and the correlations of error with angle, which stand in no table.
#
#     scripts/keep_results.sh results/digits
set -euo pipefail
source=${1:?a folder below results/}
name=$(basename "$source")
target="$(dirname "$0")/../results/reference/$name"
rm -rf "$target"
mkdir -p "$target"
cp "$source"/experiment.toml "$source"/*.csv "$target"
for file in trials.jsonl summary.json; do
  if [ -e "$source/$file" ]; then cp "$source/$file" "$target"; fi
done
(cd "$source" && find . \( -name summary.json -o -name provenance.json -o -name '*.svg' \
  -o -regex './figures/[^/]*\.csv' -size -33k -o -name error_over_angle.csv \) \
  -not -path './tuning/*' -not -path '*-damaged*' -not -path '*/.*' -print0) |
  while IFS= read -r -d '' file; do
    mkdir -p "$target/$(dirname "$file")"
    series="$(dirname "$file")/series.csv"
    left_out='"metrics.jsonl", "series.csv", "spec.toml", "weights.safetensors"'
    if [ -n "$(find "$source/$series" -size -17k 2>/dev/null)" ]; then
      cp "$source/$series" "$target/$series"
      left_out='"spec.toml"'
    fi
    # What is left behind is named in the run's manifest, so that it is no damage.
    sed "s/^    \"left_out\": \[\]\$/    \"left_out\": [$left_out]/" "$source/$file" > "$target/$file"
  done
# The folder that results were written into is one of this machine: provenance says `results`, and its checksum
# is that of what it says.
python3 - "$target" <<'PYTHON'
import hashlib, json, pathlib, sys

for provenance in pathlib.Path(sys.argv[1]).rglob("provenance.json"):
    before = provenance.read_text()
    command = json.loads(before)["command"]
    if "--out" not in command:
        continue
    written_to = command[command.index("--out") + 1]
    after = before.replace(json.dumps(written_to), '"results"')
    provenance.write_text(after)
    summary = provenance.with_name("summary.json")
    text = summary.read_text()
    known = json.loads(text)["manifest"]["files"]["provenance.json"]
    start = text.rindex('"provenance.json": {')
    end = text.index("}", start)
    after = after.encode()
    entry = text[start:end].replace(known["sha256"], hashlib.sha256(after).hexdigest())
    entry = entry.replace(f'"n_bytes": {known["n_bytes"]}', f'"n_bytes": {len(after)}')
    summary.write_text(text[:start] + entry + text[end:])
PYTHON
du -sh "$target"
