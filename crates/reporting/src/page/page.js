"use strict";
// Without this script the page is whole; with it tables sort and drawings can be saved.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  heads.forEach((head, column) => {
    const key = row => {
      const { order } = row.cells[column].dataset;
      return order === undefined ? row.cells[column].textContent : Number(order);
    };
    const sort = () => {
      const up = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
      const isNumber = value => typeof value === "number";
      const compare = (a, b) => isNumber(a) && isNumber(b) ? up * (a - b)
        : isNumber(a) !== isNumber(b) ? isNumber(b) - isNumber(a) : up * a.localeCompare(b);
      const rows = [...table.tBodies[0].rows].sort((a, b) => compare(key(a), key(b)));
      table.tBodies[0].append(...rows);
    };
    head.tabIndex = 0;
    head.title = "Sort by this column";
    head.onclick = sort;
    head.onkeydown = event => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(); }
    };
  });
  table.classList.add("sorts");
}
for (const link of document.querySelectorAll("a.drawing")) {
  link.onclick = () => {
    const drawing = link.closest("figure").querySelector("svg").outerHTML;
    link.href = URL.createObjectURL(new Blob([drawing], { type: "image/svg+xml" }));
    link.download = link.closest("figure").id + ".svg";
  };
}
const hint = () => {
  for (const box of document.querySelectorAll(".scroll")) {
    box.classList.toggle("scrolls", box.scrollWidth > box.clientWidth + 1);
  }
};
addEventListener("resize", hint);
hint();
