"""Opens every page of the documentation site in headless Chromium, from its folder.

    python3 scripts/site_open.py SITE [--pictures FOLDER [PAGE ...]]

Fails where a page is wider than a window of 360 or 1440 px, where a page asks for anything outside the folder, or
where search finds nothing. --pictures makes pictures of pages (all where none is named), light and dark, at both
widths. Without Chromium it says so.
"""

import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (360, 1440)
FRAME = """<!doctype html><meta charset="utf-8"><body style="margin:0"><script>
const pages = PAGES, found = [];
function next(n) {
  if (n == pages.length) return search();
  const f = document.createElement("iframe");
  f.style = "border:0;width:WIDTHpx;height:900px";
  f.onload = () => {
    const root = f.contentDocument.documentElement;
    const asked = f.contentWindow.performance.getEntriesByType("resource").map(e => e.name).filter(n => !n.startsWith("file:") && !n.startsWith("data:"));
    found.push([pages[n], root.scrollWidth, asked]);
    f.remove();
    next(n + 1);
  };
  f.src = "SITE/" + pages[n];
  document.body.append(f);
}
function search() {
  const f = document.createElement("iframe");
  f.style = "border:0;width:WIDTHpx;height:900px";
  f.onload = () => setTimeout(() => {
    found.push(["search", f.contentDocument.querySelectorAll("#mdbook-searchresults li, #searchresults li").length, []]);
    document.title = JSON.stringify(found);
  }, 3000);
  f.src = "SITE/index.html?search=nudging";
  document.body.append(f);
}
next(0);
</script>"""


def chromium(work, *args):
    browser = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
    if not browser:
        print("no Chromium: pages were not opened")
        sys.exit(0)
    return subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
         f"--user-data-dir={work}/profile", *args],
        capture_output=True, text=True, timeout=600,
    ).stdout


def measured(site, work, pages, width):
    text = FRAME.replace("PAGES", json.dumps(pages)).replace("WIDTH", str(width)).replace("SITE", site.as_uri())
    (work / "frame.html").write_text(text)
    dom = chromium(work, "--virtual-time-budget=600000", "--dump-dom", (work / "frame.html").as_uri())
    title = re.search(r"<title>(.*?)</title>", dom, re.S)
    if not title:
        sys.exit("Chromium gave no page back")
    return json.loads(html.unescape(title.group(1)))


def pictures(site, work, folder, pages):
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        for width in WIDTHS:
            (work / "frame.html").write_text(
                f'<!doctype html><body style="margin:0"><iframe style="border:0;width:{width}px;height:2400px" '
                f'src="{(site / page).as_uri()}"></iframe>'
            )
            for scheme in ("light", "dark"):
                dark = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0",
                        "--enable-features=WebContentsForceDark:inversion_method/none"]
                name = f"{page.replace('/', '-').removesuffix('.html')}-{width}-{scheme}.png"
                chromium(work, *(dark if scheme == "dark" else []), "--virtual-time-budget=5000",
                         f"--window-size={max(width, 500)},2400", f"--screenshot={folder / name}",
                         (work / "frame.html").as_uri())
                shutil.rmtree(work / "profile", ignore_errors=True)


def main():
    site = pathlib.Path(sys.argv[1]).resolve()
    pages = sorted(str(p.relative_to(site)) for p in site.rglob("*.html") if p.name not in ("404.html", "toc.html"))
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        if sys.argv[2:3] == ["--pictures"]:
            return pictures(site, work, pathlib.Path(sys.argv[3]).resolve(), sys.argv[4:] or pages)
        bad = 0
        for width in WIDTHS:
            for page, wide, asked in measured(site, work, pages, width):
                if page == "search":
                    if not wide:
                        print(f"search finds nothing at {width} px")
                        bad = 1
                    continue
                if wide > width:
                    print(f"{page} at {width} px: is {wide} wide")
                    bad = 1
                if asked:
                    print(f"{page}: asks for {', '.join(asked)}")
                    bad = 1
    if not bad:
        print(f"{len(pages)} pages opened at {' and '.join(map(str, WIDTHS))} px: none is wider; search finds what it is asked")
    sys.exit(bad)


if __name__ == "__main__":
    main()
