#!/usr/bin/env bash
# Prints what CHANGELOG.md says of a version; exit code 1 where it says nothing.
#
#   scripts/notes.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/.."

notes=$(awk -v version="$1" '
  /^## / { inside = $2 == version || $2 == "[" version "]"; next }
  inside' CHANGELOG.md)
[ -n "$notes" ] || { echo "CHANGELOG.md has no section '## $1'" >&2; exit 1; }
printf '%s\n' "$notes" | sed '/./,$!d'
