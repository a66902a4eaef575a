#!/usr/bin/env bash
# Whether what is public changed as the version says, beside the last release (cargo-semver-checks).
#
#   scripts/semver.sh
#
# Says so and does nothing where there is no release yet, or no cargo-semver-checks.
set -euo pipefail
cd "$(dirname "$0")/.."

last=$(git tag --list 'v*' --sort=-version:refname --no-contains HEAD | head -1)
if [ -z "$last" ]; then
  echo "no release before this one: nothing to compare with"
elif ! cargo semver-checks --version >/dev/null 2>&1; then
  echo "no cargo-semver-checks: what is public was not compared with $last"
else
  cargo semver-checks --workspace --baseline-rev "$last"
fi
