#!/usr/bin/env bash
# Opens pages of reports in headless Chromium, at the widths of a phone, a tablet and a screen, and
# fails where one is wider than the window, asks for a file, or writes an error to the console.
#
#   scripts/pages.sh FOLDER PAGE...     pictures of the pages go to FOLDER
set -euo pipefail
pictures=${1:?usage: $0 FOLDER PAGE...}; shift
mkdir -p "$pictures"
browser=$(command -v chromium chromium-browser google-chrome | head -1) || true
[ -n "$browser" ] || { echo "no Chromium: pages were not opened"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
open() { timeout 120 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
  --user-data-dir="$work/profile" --virtual-time-budget=5000 "$@"; }

bad=0
for page in "$@"; do
  page=$(realpath "$page")
  name=$(basename "$(dirname "$page")")
  for width in 360 800 1440; do
    cat > "$work/frame.html" <<HTML
<!doctype html><iframe id="f" style="border:0;width:${width}px;height:1000px" src="file://$page"></iframe>
<script>f.onload = () => {
  const inside = f.contentWindow, root = inside.document.documentElement;
  const asked = inside.performance.getEntriesByType("resource").map(e => e.name).filter(n => !n.startsWith("data:"));
  document.title = JSON.stringify([root.scrollWidth, root.scrollHeight, asked]);
}</script>
HTML
    found=$(open --dump-dom "file://$work/frame.html" 2> "$work/log" | sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p')
    wide=$(echo "$found" | sed -n 's/^\[\([0-9]*\),.*/\1/p')
    tall=$(echo "$found" | sed -n 's/^\[[0-9]*,\([0-9]*\),.*/\1/p')
    case "$found" in *'[]]') ;; *) echo "$name at $width: asks for files or did not load: $found"; bad=1 ;; esac
    if [ "${wide:-99999}" -gt "$width" ]; then echo "$name at $width: is ${wide:-?} wide"; bad=1; fi
    if grep -E 'CONSOLE.*(Error|error)' "$work/log"; then echo "$name at $width: errors in the console"; bad=1; fi
    for scheme in light dark; do
      flag=(); [ $scheme = light ] || flag=(--force-dark-mode --enable-features=WebContentsForceDark:inversion_method/none --blink-settings=preferredColorScheme=0)
      open "${flag[@]}" --window-size="$width,${tall:-2000}" --screenshot="$pictures/$name-$width-$scheme.png" "file://$page" 2> "$work/log" >/dev/null
    done
  done
  open --no-pdf-header-footer --print-to-pdf="$pictures/$name.pdf" "file://$page" 2> "$work/log" >/dev/null
  echo "$name: opened at 360, 800 and 1440 px, light and dark, and printed"
done
exit $bad
