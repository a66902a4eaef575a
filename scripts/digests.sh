#!/usr/bin/env bash
# Digests of small runs of the default experiment and of every protocol: what must stay, to the bit,
# when code is moved and nothing else. They hold for one instruction set and one processor.
#
#   scripts/digests.sh PROGRAM > before; ...; scripts/digests.sh PROGRAM | diff before -
set -euo pipefail
program=${1:?usage: $0 PROGRAM, such as target/release/apical}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
call() { "$program" "$@" --out "$out" --quiet --seeds 0 > "$out/log" 2>&1 || { cat "$out/log" >&2; exit 1; }; }

call run --set training.n_epochs=2
call reproduce figs1 --set n_patterns=200
call reproduce fig1 --set learning_ms=200 --set reported_ms=100 \
  --set 'condition."learned start".before.n_patterns=20'
call reproduce fig2 --set n_patterns=200 --set n_records=20 --set n_alignments=2
call reproduce theory --set n_samples=5 --set 'width.widths=[5, 20]' --set 'depth.n_hidden=[1, 3]' \
  --set 'coupling.couplings=[0.01, 0.1]'
data=task.yin_yang.dataset.yin_yang
of=task.yin_yang.training_of
call reproduce yin-yang --set training.n_epochs=1 --set sweep= --set $data.n_train=50 \
  --set $data.n_validation=20 --set $data.n_test=20 \
  --set "$of.\"prospective rates\".n_epochs=1" --set "$of.\"matched backprop\".n_epochs=1"

cd "$out"
find . -name metrics.jsonl -o -name series.csv -o -name weights.safetensors | sort | while read -r file; do
  # A run's folder ends in a digest of the sources, and times differ from run to run.
  name=$(sed 's/-[0-9a-f]\{8\}\(-[0-9]*\)\?\//\//' <<<"$file")
  case $file in
    *.jsonl) digest=$(grep -v '"timing"' "$file" | sha256sum) ;;
    *) digest=$(sha256sum < "$file") ;;
  esac
  echo "${digest:0:16} $name"
done
