// Click on a heading sorts the table; without scripts the table stands in the verdict's order.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = row => {
        const cell = row.cells[column], value = cell.dataset.value;
        return value === undefined ? cell.textContent : Number(value.replace("inf", "Infinity"));
      };
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        if (typeof x === "number" && typeof y === "number") return x - y;
        if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
        return x.localeCompare(y, "en", { numeric: true });
      };
      const rows = [...body.rows].sort(compare);
      if (descending) rows.reverse();
      rows.forEach(row => row.classList.remove("rule"));
      body.append(...rows);
    });
  });
}
