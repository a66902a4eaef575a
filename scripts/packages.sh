#!/usr/bin/env bash
# What would be published on crates.io: the contents of every package, and a dry run of publishing all of them, each
# built from its package alone.
#
#   scripts/packages.sh [OPTION OF cargo publish...]
#
# `cargo publish --workspace` (Rust 1.90 or newer) takes the crates in the order in which they need one another.
set -euo pipefail
cd "$(dirname "$0")/.."

crates=$(cargo metadata --no-deps --format-version 1 | python3 -c '
import json, sys
for package in json.load(sys.stdin)["packages"]:
    if package["publish"] != []:
        print(package["name"])')
for crate in $crates; do
  cargo package --quiet --list -p "$crate" --allow-dirty | tr '\\' / > target/package.list
  # Sources, what they take in, licences, and what Cargo adds.
  others=$(grep -vE '^(src|data|assets|experiments)/|^(Cargo\.(toml(\.orig)?|lock)|README\.md|LICENSE-(MIT|APACHE)|build\.rs|\.cargo_vcs_info\.json)$' \
    target/package.list || true)
  [ -z "$others" ] || { echo "$crate: these do not belong into a package:"; echo "$others"; exit 1; }
  for licence in LICENSE-MIT LICENSE-APACHE README.md; do
    grep -qx $licence target/package.list || { echo "$crate: no $licence"; exit 1; }
  done
done

target=${CARGO_TARGET_DIR:-target}
cargo package --workspace --no-verify --locked --quiet "$@"
version=$(scripts/version.sh)
for crate in $crates; do
  size=$(stat -c %s "$target/package/$crate-$version.crate")
  printf '%-20s %7d bytes, %d files\n' "$crate" "$size" "$(tar -tzf "$target/package/$crate-$version.crate" | wc -l)"
  [ "$size" -lt 1000000 ] || { echo "$crate: larger than a megabyte"; exit 1; }
done
# Only whether it builds is of interest.
CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo publish --workspace --dry-run --locked "$@"
