#!/usr/bin/env bash
# Prints the version, once it stands alike in every file that states it; with an argument, checks that it is that one.
#
#   scripts/version.sh [v0.1.0]
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)
agrees() { [ "$2" = "$version" ] || { echo "$1 has version '$2', Cargo.toml $version" >&2; exit 1; }; }
agrees crates/python/Cargo.toml "$(sed -n '/^\[package\]/,/^$/s/^version = "\(.*\)"/\1/p' crates/python/Cargo.toml)"
agrees CITATION.cff "$(sed -n 's/^version: *//p' CITATION.cff)"
# The crates of one version belong together: what results depend on is known by it.
sed -n 's/^\(apical-[a-z-]*\) = { path.*/\1 &/p' Cargo.toml | while read -r crate line; do
  agrees "$crate in Cargo.toml" "$(sed -n 's/.*version = "=\([^"]*\)".*/\1/p' <<< "$line")"
done
[ $# = 0 ] || agrees "the tag" "${1#v}"
echo "$version"
