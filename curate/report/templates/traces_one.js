"use strict";
// One trace laid out for reading: what was asked, what was written, what was said of it.
const One = (() => {
  const { make, data } = Text;
  const { say, title, knows, count } = Words;
  const TRUTH = { true: ["✓", "good", "right"], false: ["✗", "bad", "wrong"], null: ["?", "undecided", "undecided"] };
  const QUALITY = { true: "label:good", false: "label:bad", null: "label:undecided" };
  const VOTES = { 1: ["✓", "good", "1"], 0: ["✗", "bad", "0"], null: ["?", "undecided", "?"] };

  const part = (name, ...children) => make("section", {}, make("h2", {}, name), children);
  const fold = (name, open, ...children) => make("details", { open }, make("summary", {}, name), children);
  const facts = (pairs) => make("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [make("dt", {}, say(name)), make("dd", {}, value instanceof Node || Array.isArray(value) ? value : data(value))]));
  const link = (row) => make("a", { href: `#trace=${encodeURIComponent(row.id)}` },
    make("span", { class: row.label }, List.signs[row.label]), " ", data(row.id));
  const truth = (value, said) => make("span", { class: `verdict ${TRUTH[value][1]}` }, `${TRUTH[value][0]} ${said}`);
  const because = (code) => [say(`reason:${code}`), knows(`reason:${code}`) ? make("code", { class: "soft" }, ` ${code}`) : null];

  // The ids that a detail names (the better copy, say) as links, and criteria by what they are called.
  const linked = (text, rows) => text.split(/([\s,;]+)/).map((word) =>
    (rows.has(word) ? link(rows.get(word)) : knows(`criterion:${word}`) ? say(`criterion:${word}`) : word));

  const NOBODY = new Map();

  const head = (one, row, { ids, before, after, place, of, list }) => make("header", {},
    make("nav", { class: "trace-nav" },
      make("a", { class: "back", href: list }, `← ${say("back")}`),
      make("span", { class: "soft" }, place < 0 ? "" : `${count(place + 1)} ${say("of")} ${count(of)}`),
      before && make("a", { href: before, title: say("previous"), "data-replace": true }, "↑"),
      after && make("a", { href: after, title: say("next"), "data-replace": true }, "↓")),
    make("h1", {}, data(one.id)),
    make("p", { class: "fate" },
      make("span", { class: `verdict ${one.label}` }, `${List.signs[one.label]} ${say(`label:${one.label}`)}`), " → ", say(`goes_to:${row.goes_to}`)),
    make("p", {}, because(one.reason)),
    one.detail && make("p", { class: "detail" }, make("bdi", {}, linked(one.detail, ids))),
    make("p", { class: "soft about" }, [one.source, one.licence, one.split, one.language && say(`language:${one.language}`),
      one.answer_kind && say(`kind:${one.answer_kind}`), one.module && say(`module:${one.module}`), one.task_domain]
      .filter(Boolean).flatMap((said, at) => [at ? " · " : "", data(said)])));

  const options = (one) => one.options.length ? make("ol", { class: "options" }, one.options.map(([letter, text, gold]) =>
    make("li", { class: gold && "gold" }, make("b", {}, `${letter}. `), data(text), gold && make("span", { class: "good", title: say("gold") }, " ✓")))) : null;
  const golds = (one) => [one.gold, ...one.alternatives].filter((said, at, all) => said && all.indexOf(said) === at);
  const asked = (one) => [
    one.task && make("p", { class: "soft task" }, data(one.task)),
    make("div", { class: "asked" }, Reading.plain(one.question)),
    options(one),
    facts([["gold", golds(one).length ? golds(one).flatMap((said, at) => [at ? ` ${say("or")} ` : "", data(said, { class: "gold" })]) : say("none")]]),
    one.flags.length ? make("ul", { class: "flags undecided" }, one.flags.map((flag) =>
      make("li", {}, make("code", {}, flag), knows(`flag:${one.source}:${flag}`) ? ` ${say(`flag:${one.source}:${flag}`)}` : ""))) : null,
    one.context.length ? fold(title("context"), true, Reading.context(one.context)) : null,
    one.explanation && fold(title("explanation"), false, Reading.plain(one.explanation)),
  ];

  const roundOne = (check) => part(title("round one"),
    make("p", {}, truth(check.value, say(TRUTH[check.value][2])), " ", because(check.reason)),
    facts([["extracted", check.extracted], ["against", check.gold], ["tolerance", check.tolerance], ["method", say(`method:${check.method}`)],
      ["rule", check.rule && say(`reason:${check.rule}`)], ["detail", check.detail]]));

  // Criteria down, judges across: every vote with its reason beside the others' on the same criterion.
  const roundTwo = (judges) => {
    const criteria = [...new Set(judges.flatMap((judge) => judge.votes.map(([name]) => name)))];
    const vote = (judge, name) => {
      const found = judge.votes.find(([criterion]) => criterion === name);
      if (!found) return make("td");
      const [sign, kind] = VOTES[found[1]];
      return make("td", { class: found[1] === 0 ? "failed" : null, "data-judge": judge.judge }, make("span", { class: `verdict ${kind}` }, sign), " ", data(found[2] ?? ""));
    };
    return part(title("round two"), make("div", { class: "wide votes" }, make("table", {},
      make("thead", {}, make("tr", {}, make("th", {}, say("criterion")), judges.map((judge) => make("th", {}, data(judge.judge),
        judge.identity !== judge.judge && make("div", { class: "soft" }, data(judge.identity)),
        !judge.sits && make("div", { class: "soft" }, say("beside")),
        judge.shown < 1 && make("div", { class: "soft" }, say("saw", `${Math.round(100 * judge.shown)}%`)))))),
      make("tbody", {}, criteria.map((name) => make("tr", {}, make("th", {}, say(`criterion:${name}`)), judges.map((judge) => vote(judge, name))))),
      make("tfoot", {}, make("tr", {}, make("th", {}, say("verdict")), judges.map((judge) => make("td", { "data-judge": judge.judge },
        truth(judge.value, say(QUALITY[judge.value])), " ", because(judge.reason), judge.detail && make("div", { class: "soft" }, make("bdi", {}, linked(judge.detail, NOBODY))))))))));
  };

  const round = (value) => (Number.isInteger(value) ? count(value) : value.toPrecision(3));
  const measures = (rows) => fold(title("measures"), false, make("div", { class: "wide" }, make("table", {}, make("tbody", {},
    rows.map(([name, value]) => make("tr", {}, make("td", {}, make("code", {}, name)),
      make("td", { class: "number" }, value === null ? "–" : round(value)), make("td", { class: "soft" }, say(`measure:${name}`))))))));

  const tried = (one) => {
    const marks = { pieces: one.reasoning, calculations: one.calculations };
    const about = [say("sample", one.sample), say("attempt", one.attempt), one.chosen && say("chosen"), one.model, say(`origin:${one.origin}`)];
    return make("details", { class: "try", open: one.chosen, "data-try": `${one.sample}-${one.attempt}` },
      make("summary", {}, truth(one.check.value, ""), about.filter(Boolean).join(" · "), one.outcome === "ok" ? "" : make("span", { class: "bad" }, ` ${say(`short:${one.outcome}`)}`)),
      one.error && make("p", { class: "bad" }, data(one.error)),
      one.reasoning.length ? part(title("reasoning"), Reading.legend(one.counts), Reading.reasoning(marks)) : null,
      one.answer && part(title("answer"), Reading.plain(one.answer)),
      facts([["final", one.final]]),
      roundOne(one.check),
      one.judges.length ? roundTwo(one.judges) : null,
      one.measures.length ? measures(one.measures) : null);
  };

  const usd = (value) => (value ? `$${value.toPrecision(3)}` : "–");
  // A reply that several calls share is paid for by one of them: the others stand in brackets, and outside the sum.
  const calls = (rows, spent) => {
    const within = (many, said) => (many ? make("div", { class: "soft" }, say(said, count(many))) : null);
    const line = (tag, said, row, price) => make("tr", {}, said.map((one) => make(tag, {}, one)),
      make(tag, { class: "number" }, `${count(row.prompt_tokens)} / ${count(row.completion_tokens)}`,
        within(row.cached_tokens, "cached"), within(row.reasoning_tokens, "thought")),
      make(tag, { class: "number" }, price));
    const row = (one) => line("td", [say(`purpose:${one.purpose}`), data(one.model), `${one.sample}.${one.attempt}`,
      [data([one.outcome, one.finish_reason, one.error].filter(Boolean).join(", ")), one.shared && make("div", { class: "soft" }, say("shared"))]],
    one, one.shared ? `(${usd(one.usd)})` : usd(one.usd));
    return fold(`${title("calls")} (${count(rows.length)})`, false, make("div", { class: "wide calls" }, make("table", {},
      make("thead", {}, make("tr", {}, ["purpose", "model", "try", "outcome", "tokens", "usd"].map((name, at) =>
        make("th", { class: at > 3 ? "number" : null }, say(name))))),
      make("tbody", {}, rows.map(row)),
      make("tfoot", {}, line("td", [say("total"), "", "", ""], spent, usd(spent.usd))))),
    spent.shared ? make("p", { class: "soft" }, say("beside_total", count(spent.shared), usd(spent.shared_usd))) : null);
  };

  const MOST_BESIDE = 12;
  const beside = (name, rows) => rows.length ? part(title(name), make("ul", { class: "beside" },
    rows.slice(0, MOST_BESIDE).map((row) => make("li", {}, link(row), make("span", { class: "soft head" }, data(row.head)))),
    rows.length > MOST_BESIDE ? make("li", { class: "soft" }, say("more", count(rows.length - MOST_BESIDE))) : null)) : null;

  // one: the record; row: its row in the index; around: where it stands in the list, and its neighbours.
  const draw = (one, row, around) => [
    head(one, row, around),
    one.raw === undefined ? null : part(title("raw"), facts([["place", one.place], ["error", one.error]]), Reading.plain(one.raw)),
    one.question === undefined ? null : part(title("question"), asked(one)),
    one.before && fold(`${title("before")}: ${one.before.id}`, false, asked({ ...one.before, source: one.source })),
    one.tries?.map(tried),
    one.tries?.length === 0 ? make("p", { class: "soft" }, say("no_trace")) : null,
    one.calls?.length ? calls(one.calls, one.spent) : null,
    beside("rewritten", around.rewritten),
    beside("group", around.group),
  ].flat().filter(Boolean);
  return { draw };
})();
