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
du -sh "$target"
