"""Executes a notebook in a folder of its own and lays its pictures beside it.

    python execute.py NOTEBOOK FOLDER
"""

import base64
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

source, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
notebook = nbformat.read(source, as_version=4)
NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
nbformat.write(notebook, folder / source.name)
n = 0
for cell in notebook.cells:
    for output in cell.get("outputs", []):
        picture = output.get("data", {}).get("image/png")
        if picture is not None:
            n += 1
            (folder / f"picture-{n}.png").write_bytes(base64.b64decode(picture))
if n == 0:
    raise SystemExit(f"{source} drew no picture")
print(f"{source.name}: {len(notebook.cells)} cells, {n} pictures in {folder}")
