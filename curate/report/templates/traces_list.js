"use strict";
// The list of rows: of ten thousand only those in sight are in the document.
const List = (() => {
  const { make, data } = Text;
  const { say } = Words;
  const HEIGHT = 58; // of a row, as in traces.css
  const BEYOND = 6; // rows drawn above and below those in sight
  const SIGNS = { good: "✓", bad: "✗", undecided: "?", dropped: "–" };
  const box = document.getElementById("traces-rows");
  const spacer = box.firstElementChild;
  let rows = [];
  let chosen = null; // a row

  const drawn = (row, place) => make("a", {
    class: "traces-row", role: "option", id: `row-${row.number}`, tabindex: "-1", href: `#trace=${encodeURIComponent(row.id)}`,
    "aria-selected": String(row === chosen), "aria-setsize": rows.length, "aria-posinset": place + 1,
    style: `top: ${place * HEIGHT}px`,
  },
  make("span", { class: `sign ${row.label}`, title: say(`label:${row.label}`) }, SIGNS[row.label]),
  make("span", { class: "head" }, data(row.head || row.id)),
  make("span", { class: "about soft" }, data(row.id), " · ", say(`short:${row.reason}`)));

  const draw = () => {
    const first = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - BEYOND);
    const last = Math.min(rows.length, Math.ceil((box.scrollTop + box.clientHeight) / HEIGHT) + BEYOND);
    spacer.style.height = `${rows.length * HEIGHT}px`;
    spacer.replaceChildren(...rows.slice(first, last).map((row, at) => drawn(row, first + at)));
    const place = rows.indexOf(chosen);
    place >= first && place < last ? box.setAttribute("aria-activedescendant", `row-${chosen.number}`) : box.removeAttribute("aria-activedescendant");
  };
  const reveal = () => {
    const top = rows.indexOf(chosen) * HEIGHT;
    if (top < 0) return;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + HEIGHT - box.clientHeight;
  };
  let waiting = false;
  const soon = () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; draw(); });
    waiting = true;
  };
  box.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(soon).observe(box);

  return {
    page: () => Math.max(1, Math.floor(box.clientHeight / HEIGHT) - 1),
    show: (wanted, { top = false } = {}) => {
      rows = wanted;
      if (top) box.scrollTop = 0;
      draw();
    },
    choose: (row) => { chosen = row; reveal(); draw(); },
    // The row so many places from the chosen one; the first where none is chosen.
    beside: (step) => {
      const place = rows.indexOf(chosen);
      return rows[place < 0 ? 0 : Math.min(Math.max(place + step, 0), rows.length - 1)] ?? null;
    },
    get chosen() { return rows.includes(chosen) ? chosen : null; },
    signs: SIGNS,
  };
})();
