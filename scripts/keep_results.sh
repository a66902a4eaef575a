#!/usr/bin/env bash
# Copies what is small of an experiment's or a protocol's results to results/reference, to be
# committed.
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
(cd "$source" && find . \( -name summary.json -o -name provenance.json -o -name '*.svg' \) \
  -not -path './tuning/*' -not -path '*-damaged*' -not -path '*/.*' -print0) |
  while IFS= read -r -d '' file; do
    mkdir -p "$target/$(dirname "$file")"
    # What is left behind is named in the run's manifest, so that it is no damage.
    sed 's/^    "left_out": \[\]$/    "left_out": ["metrics.jsonl", "series.csv", "spec.toml", "weights.safetensors"]/' \
      "$source/$file" > "$target/$file"
  done
# The folder that results were written into is one of this machine: provenance says `results`, and its checksum
# is that of what it says.
python3 - "$(cd "$source/.." && pwd)" "$target" <<'PYTHON'
import hashlib, json, pathlib, sys

written_to, target = sys.argv[1:]
for provenance in pathlib.Path(target).rglob("provenance.json"):
    before = provenance.read_bytes()
    after = before.replace(written_to.encode(), b"results")
    if after == before:
        continue
    provenance.write_bytes(after)
    summary = provenance.with_name("summary.json")
    text = summary.read_text()
    known = json.loads(text)["files"]["provenance.json"]
    start = text.index('"provenance.json": {')
    end = text.index("}", start)
    entry = text[start:end].replace(known["sha256"], hashlib.sha256(after).hexdigest())
    entry = entry.replace(f'"n_bytes": {known["n_bytes"]}', f'"n_bytes": {len(after)}')
    summary.write_text(text[:start] + entry + text[end:])
PYTHON
du -sh "$target"
