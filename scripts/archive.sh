#!/usr/bin/env bash
# Makes the archive of a built program, and its checksum.
#
#   scripts/archive.sh PROGRAM TARGET OUT
#
# OUT gets apical-VERSION-TARGET.tar.gz, or .zip for Windows, and the same name with .sha256. Names and the folder
# inside are those of [package.metadata.binstall] in crates/runner/Cargo.toml.
# PROGRAM has to run here: completions and manual pages are its own.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1 target=$2
mkdir -p "$3"
out=$(cd "$3" && pwd)
version=$(scripts/version.sh)
name=apical-$version-$target
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
folder=$made/$name
mkdir -p "$folder/completions"

cp "$program" LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md CITATION.cff "$folder"
cp crates/reporting/assets/DejaVuSans-LICENSE.txt "$folder"
cp docs/install.md "$folder/INSTALL.md"
"$(command -v python3 || command -v python)" scripts/licences.py "$target" > "$folder/LICENSES-LIBRARIES.txt"
for shell in bash zsh fish elvish powershell; do
  "$program" completions $shell > "$folder/completions/apical.$shell"
done
"$program" man "$folder/man" >/dev/null

cd "$made"
rm -f "$out/$name".*
case $target in
  *windows*)
    file=$name.zip
    if command -v zip >/dev/null; then zip -qr "$out/$file" "$name"; else 7z a -bso0 "$out/$file" "$name"; fi
    ;;
  *)
    file=$name.tar.gz
    # The same files give the same bytes, where tar is GNU's.
    if tar --version | grep -q GNU; then
      tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - "$name" | gzip -9n > "$out/$file"
    else
      tar -czf "$out/$file" "$name"
    fi
    ;;
esac
cd "$out"
if command -v sha256sum >/dev/null; then sha256sum "$file"; else shasum -a 256 "$file"; fi > "$file.sha256"
cat "$file.sha256"
echo "$file: $(wc -c < "$file" | tr -d ' ') bytes"
