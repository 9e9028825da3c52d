"use strict";
// Long texts, tables of contexts, and reasoning with its marks.
const Reading = (() => {
  const { make, data } = Text;
  const { say, count } = Words;
  const BLOCK = 4000; // characters, after which a block ends at the next line end, or at four times as many
  const AT_ONCE = 30; // blocks; the rest follows while the page is read
  const SIGNS = { true: "✓", false: "✗", null: "?" };
  const VALUES = { true: "right", false: "wrong", null: "undecided" };
  const PLACES = ["given", "derived", "constant", "miscalculated", "unfounded", "misread"];

  // Where a block that has `size` characters ends in a text; 0: behind it.
  const cut = (text, size) => {
    if (size + text.length <= BLOCK) return 0;
    const line = text.indexOf("\n", Math.max(0, BLOCK - size)) + 1;
    if ((line && size + line <= 4 * BLOCK) || size + text.length <= 4 * BLOCK) return line;
    const hard = Math.max(1, 4 * BLOCK - size);
    return /[\udc00-\udfff]/.test(text[hard]) ? hard + 1 : hard; // not between the halves of a character
  };
  const blocks = (pieces) => {
    const found = [[]];
    let size = 0;
    for (const piece of pieces) {
      let [text, ...marks] = typeof piece === "string" ? [piece] : piece;
      for (let end = cut(text, size); end; end = cut(text, size)) {
        found.at(-1).push([text.slice(0, end), ...marks]);
        found.push([]);
        text = text.slice(end);
        size = 0;
      }
      if (text) found.at(-1).push([text, ...marks]);
      size += text.length;
    }
    return found.filter((block) => block.length);
  };

  // Pieces as blocks, which a browser lays out when they come into sight.
  const long = (pieces, draw = ([text]) => text, attributes = {}) => {
    const box = make("div", { class: "text", ...attributes });
    const waiting = blocks(pieces).map((block) => () => make("div", { class: "block", dir: "auto" }, block.map(draw)));
    const some = () => box.append(...waiting.splice(0, AT_ONCE).map((one) => one()));
    some();
    const rest = async () => { while (waiting.length) { await Data.breath(); some(); } };
    rest();
    return box;
  };
  const plain = (text) => long([text]);

  const worst = (values) => (values.includes(false) ? false : values.includes(null) ? null : true);
  const words = (place, calculations) => [place && say(`place:${place}`), ...calculations.map(([value, gives, reason]) =>
    [say(`calculation:${VALUES[value]}`), value !== true && gives !== null && say("gives", gives), value !== true && say(`calculation:${reason}`)]
      .filter(Boolean).join(", "))].filter(Boolean).join(" · ");

  // The reasoning of a try, each number and calculation with a class, and in words in its title.
  const reasoning = ({ pieces, calculations }) => {
    const last = new Map();
    for (const piece of pieces) if (typeof piece !== "string") for (const one of piece.slice(2)) last.set(one, piece);
    const ends = new Map();
    for (const [one, piece] of last) ends.set(piece, [...(ends.get(piece) ?? []), one]);
    const said = (one) => {
      const [value, gives] = calculations[one];
      return value === false && gives !== null ? `${SIGNS[value]} ${gives}` : SIGNS[value];
    };
    // A piece may be cut into blocks, so that marks are looked up by what it is, and not by where it stands.
    const marked = pieces.map((piece) => (typeof piece === "string" ? [piece] : [...piece.slice(0, 2), piece.slice(2), ends.get(piece)]));
    return long(marked, ([text, place, inside, ended]) => {
      if (inside === undefined) return text;
      const mine = inside.map((one) => calculations[one]);
      const kind = mine.length ? `calculation is-${worst(mine.map(([value]) => value))}` : "";
      return make("span", {
        class: `${place && `number ${place}`} ${kind}`.trim(), title: words(place, mine), "data-says": ended?.map(said).join(" "),
      }, text);
    }, { class: "text reasoning" });
  };

  // What the marks mean, with how many there are of each.
  const legend = (counts) => {
    const places = PLACES.map((place) => [`number ${place}`, say(`place:${place}`), counts[place]]);
    const values = Object.entries(VALUES).map(([value, name]) => [
      `calculation is-${value}`, `${SIGNS[value]} ${say(`calculation:${name}`)}`, counts[name]]);
    const found = [...values, ...places].filter(([, , many]) => many);
    return found.length ? make("p", { class: "legend soft", "aria-label": say("marks") },
      found.map(([kind, said, many]) => make("span", {}, make("span", { class: kind }, said), ` ${count(many)}`))) : null;
  };

  // The words of a mark that was clicked, at the foot of the trace: a title is for a mouse alone.
  const point = (article, mark) => {
    for (const one of article.querySelectorAll(".pointed, .pointed-words")) one.classList.contains("pointed") ? one.classList.remove("pointed") : one.remove();
    if (!mark) return;
    mark.classList.add("pointed");
    article.append(make("p", { class: "pointed-words", role: "status" }, data(mark.textContent), ": ", mark.title));
  };

  const NUMBER = /^[^\p{L}]*\d[^\p{L}]*(?:[\p{L}%]{1,3})?$/u;
  const table = (rows) => {
    const [head, ...body] = rows;
    const width = Math.max(...rows.map((row) => row.length));
    // A column of numbers stands to the right, its head and its dashes too.
    const numeric = Array.from({ length: width }, (_, at) => {
      const filled = body.map((row) => row[at] ?? "").filter((cell) => /[\p{L}\d]/u.test(cell));
      return at > 0 && filled.length > 0 && filled.filter((cell) => NUMBER.test(cell)).length * 2 > filled.length;
    });
    const cells = (tag, row) => numeric.map((right, at) => make(tag, { class: right ? "number" : null }, data(row[at] ?? "")));
    return make("div", { class: "wide" }, make("table", {},
      make("thead", {}, make("tr", {}, cells("th", head))), make("tbody", {}, body.map((row) => make("tr", {}, cells("td", row))))));
  };
  const context = (parts) => parts.map((part) => (typeof part === "string" ? plain(part) : table(part)));
  return { plain, reasoning, legend, point, context };
})();
