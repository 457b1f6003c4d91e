/* The heat table by keyboard: one cell is reached by Tab, arrows, Home and End move on from there. */
(() => {
  "use strict";
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  const cellsOf = (table) => [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((td) => td.querySelector(".cell")));

  const placeOf = (cells, cell) => {
    const row = cells.findIndex((of) => of.includes(cell));
    return [row, cells[row].indexOf(cell)];
  };

  /* The next cell in a direction; places without one are passed over, at the edge one stays. */
  const next = (cells, [row, column], [down, right]) => {
    do {
      row += down;
      column += right;
      if (cells[row]?.[column]) return cells[row][column];
    } while (cells[row] && column >= 0 && column < cells[row].length);
    return null;
  };

  const end = (cells, row, last, whole) => {
    const within = (whole ? cells.flat() : cells[row]).filter(Boolean);
    return within[last ? within.length - 1 : 0];
  };

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("table.heat .cell");
    if (!cell || event.altKey || event.metaKey || event.shiftKey) return;
    const cells = cellsOf(cell.closest("table"));
    const place = placeOf(cells, cell);
    const edge = event.key === "Home" || event.key === "End";
    if (!edge && (!STEPS[event.key] || event.ctrlKey)) return;
    const target = edge ? end(cells, place[0], event.key === "End", event.ctrlKey) : next(cells, place, STEPS[event.key]);
    event.preventDefault();
    target?.focus();
  });

  /* Whichever cell has the focus is the one that Tab comes back to; it is moved out from under the row's name. */
  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest?.("table.heat .cell");
    if (!cell) return;
    const table = cell.closest("table");
    table.querySelectorAll('.cell[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
    cell.tabIndex = 0;
    const box = table.parentElement;
    const name = cell.closest("tr").cells[0].getBoundingClientRect();
    const hidden = name.right + 2 - cell.getBoundingClientRect().left;
    if (hidden > 0) box.scrollLeft -= hidden;
  });
})();
