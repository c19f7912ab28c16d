/** On a screen up to this width the rows of such tables are lists, each cell with the name of its column. */
function rowsAsLists(width: string, tables: string): string {
  return `@media screen and (max-width: ${width}) {
  ${tables}, ${tables} tbody, ${tables} tr, ${tables} tbody th, ${tables} td { display: block; }
  ${tables} thead { display: none; }
  ${tables} tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  ${tables} tbody th, ${tables} td { border: 0; padding: .1rem 0; }
  ${tables} td { display: flex; gap: .8rem; text-align: left; white-space: normal; }
  ${tables} td::before { content: attr(data-column); flex: 0 0 9rem; color: var(--soft); font-size: .85rem; }
  ${tables} td:has(> div:empty) { display: none; }
  ${tables} td > div { flex: 1; min-width: 0; }
}`;
}

/** The style of the page: one column, for phones too; dark on request; plain in print. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dde2e9; --paper: #ffffff; --tint: #f4f6f9;
  --accent: #2f5bd0; --warn: #8a5200; --warn-tint: #fff3df; --user: #eef3ff; --trained: #cdeed3; --calm: #2b5b8f; --calm-tint: #eaf3fd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #303945; --paper: #14181e; --tint: #1c222a; --accent: #8fb0ff;
    --warn: #ffc873; --warn-tint: #33270f; --user: #1d2740; --trained: #1f4a2c; --calm: #9ccaff; --calm-tint: #14283c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.1rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p { margin: .4rem 0 .8rem; max-width: 44rem; }
.soft { color: var(--soft); font-size: .9rem; font-weight: 400; }
td .soft { display: block; }
h2 + .soft { margin-top: -.2rem; }
.ids { font-family: ui-monospace, monospace; font-size: .8rem; color: var(--soft); overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, monospace; font-size: .85em; overflow-wrap: anywhere; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .8rem; white-space: pre-wrap; }
.banner { background: var(--warn-tint); color: var(--warn); border: 1px solid currentColor; border-radius: 6px; padding: .6rem .9rem; margin: 1rem 0; }
.banner strong { display: block; }
.banner.calm { background: var(--calm-tint); color: var(--calm); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .7rem; margin: 1.2rem 0; }
.tile { background: var(--tint); border-radius: 6px; padding: .7rem .9rem; }
.tile b { display: block; font-size: 1.15rem; line-height: 1.3; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tile span { color: var(--soft); font-size: .85rem; }
.wide { margin: .6rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--soft); }
tbody th { color: var(--ink); }
tbody th { min-width: 6.5rem; }
tbody th, td, li { overflow-wrap: anywhere; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; }
tr.total > * { border-top: 2px solid var(--line); font-weight: 600; }
.bar { display: flex; height: 1rem; border-radius: 4px; overflow: hidden; background: var(--tint); margin: .15rem 0 .6rem; }
.bar i { display: block; min-width: 1px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.barname { display: flex; justify-content: space-between; gap: 1rem; font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; color: var(--soft); margin: .4rem 0 .8rem; padding: 0; list-style: none; }
.legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .35rem; vertical-align: -1px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.2rem; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; font-size: .95rem; }
figure svg { width: 100%; height: auto; max-width: 40rem; }
.talk { border: 1px solid var(--line); border-radius: 8px; padding: .7rem; margin: 0 0 1rem; }
.message { border-radius: 6px; padding: .45rem .7rem; margin: .35rem 0; unicode-bidi: isolate; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.where { font-size: .8rem; color: var(--soft); margin: 0 0 .4rem; max-width: none; }
.trained { background: var(--trained); box-decoration-break: clone; -webkit-box-decoration-break: clone; border-radius: 3px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.cut { text-decoration: line-through; opacity: .6; }
.special { font-family: ui-monospace, monospace; font-size: .75em; color: var(--soft); }
.marks { font-size: .85rem; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: 0 0 .8rem; }
.marks .trained { padding: 0 .3rem; }
.search { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: 0 0 1rem; position: sticky; top: 0; background: var(--paper); padding: .5rem 0; z-index: 1; }
.search[hidden], .talk[hidden] { display: none; }
.search label { display: flex; flex-direction: column; font-size: .8rem; color: var(--soft); flex: 0 1 auto; min-width: 0; }
.search label:first-child { flex: 1 1 14rem; max-width: 28rem; }
.search input, .search select { font: inherit; font-size: 1rem; color: var(--ink); background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .6rem; width: 100%; }
.search output { font-size: .85rem; color: var(--soft); padding-bottom: .45rem; }
::highlight(found) { background-color: #ffd84d; color: #000; }
details { margin: .8rem 0; } summary { cursor: pointer; font-weight: 600; font-size: .95rem; }
.message.user, .message.system { background: var(--user); }
.message.assistant, .message.tool { background: var(--tint); }
.message.tool { margin-left: 1.4rem; }
.label { font-size: .75rem; color: var(--soft); margin: 0; max-width: none; overflow-wrap: anywhere; }
.label b { color: var(--ink); }
.tag { border: 1px solid currentColor; border-radius: 4px; padding: 0 .3rem; white-space: nowrap; }
.call, .function { border-left: 3px solid var(--line); padding-left: .6rem; margin: .5rem 0 .2rem; }
.talk pre { background: var(--paper); padding: .4rem .6rem; margin: .15rem 0; }
.talk details { margin: .15rem 0; }
.talk summary { font-size: .8rem; overflow-wrap: anywhere; }
.talk summary .soft { font-size: inherit; }
.talk .tokens > summary { font-weight: 400; color: var(--soft); }
.reasoning > .text, .tokens > .text { border-left: 3px solid var(--line); padding-left: .6rem; margin: .3rem 0; font-size: .9rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13.5rem), 1fr)); gap: .7rem; margin: .5rem 0 1.4rem; }
.answer { background: var(--tint); border-radius: 6px; padding: .6rem .8rem; min-width: 0; }
.answer h4 { margin: 0 0 .3rem; font-size: .8rem; color: var(--soft); overflow-wrap: anywhere; }
.answer div { white-space: pre-wrap; overflow-wrap: anywhere; }
.checkpoint { border-bottom: 1px solid var(--line); padding: .7rem 0; }
.path { display: flex; gap: .6rem; align-items: baseline; margin: .2rem 0; }
.path span { flex: 0 0 6.5rem; color: var(--soft); font-size: .85rem; }
.path code { flex: 1; min-width: 0; }
button { font: inherit; font-size: .8rem; color: var(--accent); background: none; border: 1px solid var(--line); border-radius: 5px; padding: .1rem .6rem; cursor: pointer; }
ul { padding-left: 1.2rem; margin: .3rem 0; }
${rowsAsLists('56rem', 'table.many')}
${rowsAsLists('36rem', 'table')}
@media (max-width: 36rem) { .path { flex-wrap: wrap; } .path span { flex-basis: 100%; } main { padding: 1rem .9rem 3rem; }
  figure svg { font-size: 16px !important; } }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #f4f4f4; --user: #eef3ff; --warn-tint: #fff; --trained: #ddd; --calm-tint: #fff; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; } button, .search { display: none; } details:not([open], .reasoning, .tools) { display: none; }
  table { font-size: 8pt; } td, th { padding: .2rem .3rem; } td.n { white-space: normal; }
  h2 { break-after: avoid; } .talk, .answer, .checkpoint, figure, tr { break-inside: avoid; }
}
`;

/**
 * Copy buttons, and the search over conversations, which opens a fold as long as what it looks for is in it.
 * Without scripts text can still be selected, and found with the browser's own search.
 */
export const pageScript = `
for (const button of document.querySelectorAll('button[data-copy]'))
  button.addEventListener('click', () => navigator.clipboard.writeText(button.dataset.copy)
    .then(() => { button.textContent = 'copied'; }, () => { button.textContent = 'select it by hand'; }));
const search = document.querySelector('form.search');
if (search !== null) {
  search.hidden = false;
  search.addEventListener('submit', (event) => event.preventDefault());
  const find = document.getElementById('find');
  const source = document.getElementById('find-source');
  const textOf = (node) => ({ node, text: node.textContent.toLowerCase() });
  const talks = [...document.querySelectorAll('.talk')].map(textOf);
  const folds = [...document.querySelectorAll('.talk details')].map(textOf);
  // Most words of the tokens stand above them, too.
  for (const fold of folds.filter(({ node }) => node.matches('.tokens')))
    fold.above = [...fold.node.parentNode.children].filter((other) => other !== fold.node).map((other) => textOf(other).text).join('\\n');
  const look = () => {
    const wanted = find.value.trim().toLowerCase();
    const from = source === null ? '' : source.value;
    let shown = 0;
    const ranges = [];
    for (const { node, text } of talks) {
      const fits = text.includes(wanted) && (from === '' || node.dataset.source === from);
      node.hidden = !fits;
      if (!fits) continue;
      shown += 1;
      if (wanted !== '') ranges.push(...rangesOf(node, wanted));
    }
    for (const { node, text, above = '' } of folds) {
      const fits = wanted !== '' && text.includes(wanted) && !above.includes(wanted);
      if (fits === node.open || (node.open && node.dataset.opened === undefined)) continue;
      node.open = fits;
      if (fits) node.dataset.opened = 'by the search';
      else delete node.dataset.opened;
    }
    document.getElementById('found').textContent = shown + ' of ' + talks.length + ' conversations';
    if (typeof Highlight === 'function') CSS.highlights.set('found', new Highlight(...ranges));
  };
  const rangesOf = (node, wanted) => {
    const ranges = [];
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) {
      const lower = text.data.toLowerCase();
      if (lower.length !== text.data.length) continue;
      for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
        const range = new Range();
        range.setStart(text, at);
        range.setEnd(text, at + wanted.length);
        ranges.push(range);
      }
    }
    return ranges;
  };
  find.addEventListener('input', look);
  if (source !== null) source.addEventListener('change', look);
  look();
}
`;
