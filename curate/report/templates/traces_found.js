"use strict";
// Where the text that is looked for stands in the open trace; it may run through several marks.
const Found = (() => {
  const MOST = 500;
  const ranges = (box, wanted) => {
    const nodes = [];
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let at = 0; walker.nextNode(); at += walker.currentNode.length) nodes.push({ node: walker.currentNode, at });
    const text = nodes.map(({ node }) => node.data).join("").toLowerCase();
    const found = [];
    let [first, last] = [0, 0];
    for (let start = text.indexOf(wanted); start >= 0 && found.length < MOST; start = text.indexOf(wanted, start + wanted.length)) {
      const end = start + wanted.length;
      while (nodes[first + 1]?.at <= start) first += 1;
      last = Math.max(first, last);
      while (nodes[last + 1]?.at < end) last += 1;
      const range = new Range();
      range.setStart(nodes[first].node, Math.min(start - nodes[first].at, nodes[first].node.length));
      range.setEnd(nodes[last].node, Math.min(end - nodes[last].at, nodes[last].node.length));
      found.push(range);
    }
    return found;
  };
  // Marks the text in every box of data and brings the first into sight.
  const mark = (article, wanted) => {
    if (!globalThis.Highlight) return;
    CSS.highlights.delete("found");
    const lower = wanted.toLowerCase();
    if (!lower) return;
    const found = [...article.querySelectorAll(".text, td, .options li")].flatMap((box) => ranges(box, lower)).slice(0, MOST);
    CSS.highlights.set("found", new Highlight(...found));
    found[0]?.startContainer.parentElement?.scrollIntoView({ block: "center" });
  };
  return { mark };
})();
