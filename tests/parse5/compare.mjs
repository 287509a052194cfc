// Reads the output of rewrite_matches and asks parse5 and css-select the same questions: every
// element that the rewriter matched must be one of theirs, with the same first and last byte; what
// it did not match must lie in a match, be something that it says it never matches, or have been
// given up and counted.
//   node compare.mjs SELECTORS < matches
import { readFileSync } from "node:fs";
import { parse } from "parse5";
import { adapter } from "parse5-htmlparser2-tree-adapter";
import { compile } from "css-select";

const html = "http://www.w3.org/1999/xhtml";
const holdsNoHtml = new Set(("script style title textarea iframe noscript noembed noframes xmp plaintext " +
  "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr").split(" "));
const selectors = readFileSync(process.argv[2], "latin1").split("\n").filter((line) => line !== "");
const queries = selectors.map((selector) => compile(selector));

// One byte is one character, so that offsets are those of the bytes.
const read = (path) => parse(readFileSync(path, "latin1"),
  { treeAdapter: adapter, sourceCodeLocationInfo: true, scriptingEnabled: true });

function* elements(node) {
  for (const child of node.children ?? []) {
    if (child.type === "tag" || child.type === "script" || child.type === "style") {
      yield child;
      if (child.name !== "template") yield* elements(child);
    }
  }
}

const expected = (element) => element.namespace === html && !holdsNoHtml.has(element.name) &&
  element.sourceCodeLocation?.startTag !== undefined;
const inside = (ranges, begin, end) => ranges.some(([b, e]) => b <= begin && end <= e && (b < begin || end < e));

const total = { both: 0, within: 0, givenUp: 0, wrong: 0, uncertain: 0, missed: 0, pages: 0 };
const report = (what, page, selector, range) => console.log(`${what}: ${page}: ${selectors[selector]}: bytes ${range.join(" to ")}`);

function compare(page, all, selector, ours, givenUp) {
  const theirs = new Map();
  for (const element of all) {
    if (!queries[selector](element)) continue;
    const { startOffset: begin, startTag, endOffset: end } = element.sourceCodeLocation ?? {};
    if (startTag !== undefined || begin !== undefined) theirs.set(begin, [begin, end ?? begin, element]);
  }
  for (const [begin, end] of ours) {
    const match = theirs.get(begin);
    if (match !== undefined && match[1] === end) total.both++;
    else { total.wrong++; report(`wrong (parse5: ${match === undefined ? "no match" : match[1]})`, page, selector, [begin, end]); }
  }
  const begun = new Set(ours.map(([begin]) => begin));
  const missing = [];
  for (const [begin, end, element] of theirs.values()) {
    if (begun.has(begin) || !expected(element)) continue;
    if (inside(ours, begin, begin + 1)) total.within++;
    else if (!inside(missing, begin, begin + 1)) missing.push([begin, end]);
  }
  total.givenUp += Math.min(missing.length, givenUp);
  const unexplained = missing.slice(givenUp);
  if (uncertain.has(selector)) {
    total.uncertain += unexplained.length;
    return;
  }
  total.missed += unexplained.length;
  for (const range of unexplained) report("missed", page, selector, range);
}

// Selectors that ask how manyth child an element is match nothing where that is not certain.
const uncertain = new Set(selectors.flatMap((selector, i) => /:(nth|first)-child/.test(selector) ? [i] : []));

let page, all, ours = new Map();
for (const line of readFileSync(0, "latin1").split("\n")) {
  const [what, first, ...rest] = line.split(" ");
  if (what === "page") {
    page = line.slice(5);
    all = [...elements(read(page))];
    ours = new Map();
    total.pages++;
  } else if (what === "match") {
    const selector = Number(first);
    ours.set(selector, [...(ours.get(selector) ?? []), rest.map(Number)]);
  } else if (what === "given-up") {
    compare(page, all, Number(first), ours.get(Number(first)) ?? [], Number(rest[0]));
  }
}
console.log(`${total.pages} pages, ${selectors.length} selectors: ${total.both} found by both, ${total.within} inside of those, ` +
  `${total.givenUp} given up and counted, ${total.uncertain} of uncertain position, ${total.missed} missed, ${total.wrong} wrong`);
process.exit(total.pages > 0 && total.both > 10000 && total.wrong === 0 && total.missed === 0 ? 0 : 1);
