"use strict";
// Views and keys. The hash says what is seen: #traces?source=finqa the list, #trace=ID one trace, else the overview.
const Traces = (async () => {
  const { make } = Text;
  const { say, count } = Words;
  const at = (id) => document.getElementById(id);
  const [query, article, rowsBox] = [at("traces-query"), at("trace"), at("traces-rows")];
  const empty = [...article.childNodes];
  let rows;
  try {
    rows = await Data.index();
  } catch (error) {
    article.replaceChildren(make("p", { class: "bad" }, say("unread", error)));
    return;
  }
  const ids = new Map(rows.map((row) => [row.id, row]));
  const varied = Filters.varied(rows);
  const groups = new Map();
  for (const row of rows) if (row.group) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);

  let state = new Map(); // the filters
  let wanted = ""; // the text that is looked for
  let hits = new Set(); // rows with it somewhere
  let searching = new AbortController();
  let list = []; // the rows that are left
  let seen = null; // { row, record }: the open trace

  const hash = (filters, text) => {
    const parameters = new URLSearchParams([...filters, ...(text ? [["q", text]] : [])]).toString();
    return `#traces${parameters && "?"}${parameters}`;
  };
  const listed = () => hash(state, wanted);
  const one = (row) => `#trace=${encodeURIComponent(row.id)}`;
  const go = (place, replace = false) => (replace ? location.replace(place) : (location.hash = place));
  const choose = (key, value) => {
    const next = new Map(state);
    value === undefined ? next.delete(key) : next.set(key, value);
    go(hash(next, wanted), seen !== null);
  };

  // The list

  const filter = (options) => {
    const lower = wanted.toLowerCase();
    const found = Filters.apply(rows, state, (row) => !lower || row.lower.includes(lower) || hits.has(row));
    list = found.rows;
    Filters.draw(at("traces-filters"), varied, state, found.counts, choose);
    Filters.chips(at("traces-chips"), state, choose);
    at("traces-active").textContent = state.size ? `(${state.size})` : "";
    at("traces-count").textContent = list.length ? say("matching", count(list.length), count(rows.length)) : rows.length ? say("nothing") : "";
    List.show(list, options);
  };
  const progress = (code, done, total) => {
    at("traces-progress").textContent = code ? say(code, count(done), count(total)) : "";
    at("traces-stop").hidden = code !== "searched";
  };
  const search = async () => {
    searching.abort();
    searching = new AbortController();
    const { signal } = searching;
    hits = new Set();
    progress("");
    const lower = wanted.toLowerCase();
    if (!lower) return;
    const left = Filters.apply(rows, state, () => true).rows.filter((row) => !row.lower.includes(lower));
    let [done, shown] = [0, 0];
    signal.addEventListener("abort", () => progress("stopped", done, left.length));
    progress("searched", 0, left.length);
    await Data.search(lower, left, {
      signal,
      hit: (row) => hits.add(row),
      told: (looked) => {
        done = looked;
        progress("searched", done, left.length);
        if (hits.size > shown) filter();
        shown = hits.size;
      },
    });
    if (!signal.aborted) progress("whole", 0, 0);
  };
  at("traces-stop").addEventListener("click", () => searching.abort());

  // One trace

  const draw = () => {
    const { row, record } = seen;
    const place = list.indexOf(row);
    const others = (found) => found.filter((other) => other !== row);
    article.replaceChildren(...One.draw(record, row, {
      ids, place, of: list.length, list: listed(),
      before: place > 0 && one(list[place - 1]),
      after: place >= 0 && place < list.length - 1 && one(list[place + 1]),
      group: others(row.group ? groups.get(row.group) : []),
      rewritten: row.parent ? others(rows.filter((other) => other.parent === row.parent || other.id === row.parent)) : [],
    }));
    Found.mark(article, wanted);
  };
  const open = async (id) => {
    const row = ids.get(id);
    document.body.dataset.view = "traces";
    at("traces").dataset.open = "";
    if (!row) {
      seen = null;
      article.replaceChildren(make("p", {}, make("a", { class: "back", href: listed() }, `← ${say("back")}`)), make("p", { class: "soft" }, say("missing")));
      return;
    }
    seen = { row, record: null };
    const record = await Data.record(row);
    if (seen?.row !== row) return; // another one was opened meanwhile
    seen = { row, record };
    if (!list.length) filter();
    draw();
    article.scrollTop = 0;
    List.choose(row);
    if (article.offsetWidth && !at("traces").contains(document.activeElement)) article.focus({ preventScroll: true });
  };

  // The hash

  const show = (parameters) => {
    const [filters, text] = [Filters.read(parameters), parameters.get("q") ?? ""];
    const [before, anew] = [listed(), text !== wanted];
    [state, wanted] = [filters, text];
    if (query.value !== text) query.value = text;
    document.body.dataset.view = "traces";
    delete at("traces").dataset.open;
    seen = null;
    article.replaceChildren(...empty);
    const moved = before !== listed();
    if (moved) search();
    filter({ top: moved && (anew || state.size > 0) });
  };
  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const route = () => {
    const place = location.hash.slice(1);
    if (place.startsWith("trace=")) return open(decoded(place.slice(6)));
    if (place === "traces" || place.startsWith("traces?")) return show(new URLSearchParams(place.slice(7)));
    document.body.dataset.view = "overview";
    return place && at(place)?.scrollIntoView();
  };
  addEventListener("hashchange", route);
  const speak = () => {
    query.placeholder = say("search");
    query.ariaLabel = say("search");
    for (const box of [at("traces"), rowsBox]) box.ariaLabel = say("traces");
    filter();
  };
  document.addEventListener("language", () => {
    speak();
    const scrolled = article.scrollTop;
    if (seen?.record) draw();
    article.scrollTop = scrolled;
  });
  article.addEventListener("click", (event) => {
    Reading.point(article, event.target.closest(".reasoning span"));
    const link = event.target.closest("a[data-replace]");
    if (!link) return;
    event.preventDefault();
    go(link.getAttribute("href"), true);
  });

  // Keys

  let typing;
  query.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => go(hash(state, query.value), true), 150);
  });
  const step = (by, opens) => {
    const row = List.beside(by);
    if (!row) return;
    List.choose(row);
    if (opens) go(one(row), seen !== null);
  };
  const moves = () => ({ ArrowDown: 1, ArrowUp: -1, PageDown: List.page(), PageUp: -List.page(), Home: -rows.length, End: rows.length });
  const back = () => {
    if (document.activeElement === query && query.value) return go(hash(state, ""), true);
    if (seen) go(listed());
    return rowsBox.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.view !== "traces" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const inside = event.target.closest?.("input, select, textarea");
    const inList = event.target === rowsBox || event.target === query || event.target.classList?.contains("traces-row") || event.target === document.body;
    const [key, by] = [event.key, moves()[event.key]];
    if (key === "Escape") back();
    else if (key === "/" && !inside) query.focus();
    else if ((key === "j" || key === "k") && !inside) step(key === "j" ? 1 : -1, true);
    else if (key === "Enter" && inList && List.chosen) go(one(List.chosen));
    else if (by && inList && !(event.target === query && ["Home", "End"].includes(key))) step(by, seen !== null);
    else return;
    event.preventDefault();
  });

  speak();
  route();
})();
