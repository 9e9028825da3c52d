"use strict";
// Which rows are wanted: filters that are combined, each offering the values that the others leave, with counts.
const Filters = (() => {
  const { make } = Text;
  const { say, count } = Words;
  const KEYS = ["source", "label", "goes_to", "reason", "criterion", "judge", "language", "kind", "module", "flag", "audit", "attempts"];
  const WORDED = new Set(["label", "goes_to", "criterion", "language", "kind", "module", "audit"]);
  const failed = (row, judge) => (judge === undefined ? Object.values(row.failed).flat() : row.failed[judge] ?? []);
  const values = {
    ...Object.fromEntries(["source", "label", "goes_to", "reason", "language", "kind", "module"].map((key) => [key, (row) => [row[key]]])),
    criterion: (row, state) => new Set(failed(row, state.get("judge"))),
    judge: (row, state) => Object.keys(row.failed).filter((one) => !state.has("criterion") || row.failed[one].includes(state.get("criterion"))),
    flag: (row) => row.flag,
    audit: (row) => row.audit,
    attempts: (row) => [String(row.attempts)],
  };
  const has = (found, wanted) => (found instanceof Set ? found.has(wanted) : found.includes(wanted));
  const passes = (row, state) => {
    for (const [key, wanted] of state) if (!has(values[key](row, state), wanted)) return false;
    return true;
  };

  // state: key -> value; says: whether a row holds the text that is looked for. Returns the rows, and for each key how
  // many rows each value would leave with all other filters as they are.
  const apply = (rows, state, says) => {
    const counts = Object.fromEntries(KEYS.map((key) => [key, new Map()]));
    const add = (key, row, by) => { for (const one of values[key](row, by)) counts[key].set(one, (counts[key].get(one) ?? 0) + 1); };
    const free = KEYS.filter((key) => !state.has(key));
    const without = [...state.keys()].map((key) => [key, new Map([...state].filter(([other]) => other !== key))]);
    const found = [];
    for (const row of rows) {
      if (!says(row)) continue;
      if (passes(row, state)) {
        found.push(row);
        for (const key of free) add(key, row, state);
      }
      for (const [key, rest] of without) if (passes(row, rest)) add(key, row, rest);
    }
    return { rows: found, counts };
  };

  const called = (key, value) => {
    if (key === "reason") return say(`short:${value}`);
    if (key === "attempts" && value === "0") return say("none");
    if (value === "" && key !== "module") return say("none");
    return WORDED.has(key) ? say(`${key}:${value}`) : value;
  };
  const ordered = (key, counts) => [...counts].sort(([one, many], [two, fewer]) =>
    (key === "attempts" ? one - two : fewer - many) || (one < two ? -1 : 1));

  // The keys by which these rows differ at all.
  const varied = (rows) => {
    const { counts } = apply(rows, new Map(), () => true);
    return KEYS.filter((key) => counts[key].size > 1);
  };

  // The selects; choose(key, value or undefined) when one is changed.
  const draw = (place, keys, state, counts, choose) => {
    const focused = place.contains(document.activeElement) ? document.activeElement.name : null;
    place.replaceChildren(...KEYS.filter((key) => state.has(key) || keys.includes(key)).map((key) => {
      const offered = counts[key];
      if (state.has(key) && !offered.has(state.get(key))) offered.set(state.get(key), 0);
      const known = ordered(key, offered);
      const select = make("select", { name: key }, make("option", {}, say("all")), known.map(([value, rows]) =>
        make("option", { value, title: value, selected: state.get(key) === value }, `${called(key, value)}  (${count(rows)})`)));
      select.addEventListener("change", () => choose(key, select.selectedIndex ? known[select.selectedIndex - 1][0] : undefined));
      return make("label", {}, make("span", {}, say(`key:${key}`)), select);
    }));
    if (focused) place.querySelector(`select[name="${focused}"]`)?.focus();
  };
  const chips = (place, state, choose) => {
    place.replaceChildren(...[...state].map(([key, value]) => {
      const chip = make("button", { type: "button", title: say("remove") }, `${say(`key:${key}`)}: `, Text.data(called(key, value)), " ×");
      chip.addEventListener("click", () => choose(key, undefined));
      return chip;
    }));
  };
  const read = (parameters) => new Map([...parameters].filter(([key]) => KEYS.includes(key)));
  return { apply, varied, draw, chips, read };
})();
