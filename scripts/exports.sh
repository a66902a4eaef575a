#!/usr/bin/env bash
# Writes every export of an experiment, and has each read by what it is made for. Tools that are absent are said;
# with PyPI in reach they are put into target/exports first.
#
#     scripts/exports.sh target/release/apical results/quick OUT
set -euo pipefail
program=$(realpath "$1") folder=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../target/exports
if [ ! -e "$tools/complete" ]; then
  python3 -m venv "$tools" && "$tools/bin/pip" install --quiet \
    numpy pyarrow pandas tensorboard tbparse rocrate roc-validator mlcroissant claims-cli==0.6.1 cffconvert &&
    touch "$tools/complete" || echo "PyPI is not in reach: tools that are not installed are left out"
fi
PATH=$tools/bin:$PATH
for format in csv parquet npz tensorboard pdf bundle; do
  "$program" export "$folder" --format $format --out "$out/$format" >/dev/null
done
python3 "$here/exports.py" "$out"

if command -v pdffonts >/dev/null; then
  find "$out/pdf" -name '*.pdf' | while read -r file; do
    pdffonts "$file" | awk -v file="$file" 'NR > 2 && $(NF - 4) != "yes" { print file ": " $0; bad = 1 } END { exit bad }'
  done
  echo "fonts are embedded in $(find "$out/pdf" -name '*.pdf' | wc -l) PDF files"
else
  echo "no pdffonts: PDF files were not looked at"
fi

bundle=$out/unpacked
mkdir -p "$bundle"
python3 -m zipfile -e "$(find "$out/bundle" -name '*.zip' | head -1)" "$bundle"
(cd "$bundle" && sha256sum -c --quiet SHA256SUMS && echo "SHA256SUMS agrees")
checked() {
  local tool=$1
  shift
  if ! command -v "$tool" >/dev/null; then
    echo "no $tool: not checked by it"
  elif (cd "$bundle" && "$tool" "$@") > "$out/$tool.log" 2>&1; then
    echo "$tool: valid"
  else
    tail -40 "$out/$tool.log"
    exit 1
  fi
}
if python3 -c 'import rocrate, rocrate_validator' 2>/dev/null; then
  python3 "$here/ro_crate.py" "$bundle" > "$out/rocrate.log" 2>&1 || { tail -60 "$out/rocrate.log"; exit 1; }
  echo "roc-validator: valid"
else
  echo "no roc-validator: not checked by it"
fi
[ ! -e "$bundle/croissant.json" ] || checked mlcroissant validate --jsonld croissant.json
[ ! -e "$bundle/data/digits.csv" ] || checked mlcroissant load --jsonld croissant.json --record_set samples --num_records 2
checked claims verify
(cd "$bundle" && PATH=$(dirname "$program"):$PATH sh reproduce.sh smoke)
