"use strict";
// The packed data: the index, chunks unpacked when they are asked for, and a search through all of their text.
const Data = (() => {
  const KEPT = 6; // chunks, of some 150 records each
  const kept = new Map();

  const unpack = async (id) => {
    const text = document.getElementById(id).textContent;
    const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  };

  const index = async () => {
    const rows = await unpack("trace-index");
    let first = 0;
    rows.forEach((row, number) => {
      if (number && row.chunk !== rows[number - 1].chunk) first = number;
      row.at = number - first;
      row.number = number;
      row.lower = `${row.id}\n${row.head}`.toLowerCase();
    });
    return rows;
  };

  // The least recently used chunk goes first.
  const record = async (row) => {
    const found = kept.get(row.chunk) ?? unpack(`chunk-${row.chunk}`);
    kept.delete(row.chunk);
    kept.set(row.chunk, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return (await found)[row.at];
  };

  const plain = (pieces) => pieces.map((one) => (typeof one === "string" ? one : one[0])).join("");
  const cells = (blocks) => blocks.map((one) => (typeof one === "string" ? one : one.map((row) => row.join(" | ")).join("\n")));
  const asked = (one) => [one.task, one.question, ...cells(one.context), ...one.options.map(([letter, text]) => `${letter}. ${text}`),
    one.gold, ...one.alternatives, one.explanation];
  const tried = (one) => [plain(one.reasoning), one.answer, one.error, one.check.detail,
    ...one.judges.flatMap((judge) => [judge.detail, ...judge.votes.map((vote) => vote[2])])];
  const texts = (one) => [one.id, one.detail, one.raw, one.error, ...(one.question === undefined ? [] : asked(one)),
    ...(one.before ? asked(one.before) : []), ...(one.tries ?? []).flatMap(tried)].filter(Boolean).join("\n");

  const breath = () => (globalThis.scheduler?.yield ? scheduler.yield() : new Promise((go) => setTimeout(go)));

  // Looks for a text in all of the rows' records. hit: called with each row that has it; told: after each chunk with how
  // many were looked at. The page stays alive: between chunks it may do something else. Ends where signal is aborted.
  const search = async (wanted, rows, { hit, told, signal }) => {
    const chunks = Map.groupBy ? Map.groupBy(rows, (row) => row.chunk) : grouped(rows);
    let done = 0;
    for (const [number, mine] of chunks) {
      const records = await (kept.get(number) ?? unpack(`chunk-${number}`));
      if (signal.aborted) return;
      for (const row of mine) if (texts(records[row.at]).toLowerCase().includes(wanted)) hit(row);
      told(done += mine.length);
      await breath();
    }
  };
  const grouped = (rows) => {
    const found = new Map();
    for (const row of rows) found.has(row.chunk) ? found.get(row.chunk).push(row) : found.set(row.chunk, [row]);
    return found;
  };
  return { index, record, search, breath };
})();
