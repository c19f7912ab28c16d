import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { visible } from '../../../activities/report/page/format.js';
import { languageOf, unknownLanguage } from '../../../activities/report/read/languages.js';
import { spread } from '../../../activities/report/page/sections/answers.js';
import { createReportActivities } from '../../../activities/report/index.js';
import { priceOf } from '../../../core/cost/price.js';
import type { WriteReportInput } from '../../../core/contracts/report.js';
import {
  finishedInput,
  finishedRun,
  hostile,
  jsonLines,
  standing,
  writeFinishedRun,
} from '../../support/finished-run.js';
import { sourceFindings } from '../../support/findings.js';
import { quietWork } from '../../support/work.js';
import { temporaryFolder } from '../../support/folder.js';

const work = quietWork();

async function write(dir: string, input: WriteReportInput): Promise<{ page: string; document: Document }> {
  const store = await openStore(join(dir, 'store'));
  const { path } = await createReportActivities({ store }).writeReport(input, work);
  assert.equal(path, join(input.out, 'report.html'));
  const page = await readFile(path, 'utf8');
  return { page, document: parseHTML(page).document };
}

const headings = (document: Document): string[] =>
  [...document.querySelectorAll('h2')].map((heading) => heading.textContent ?? '');

void test('a finished run shows its data, its training and its checkpoints on one page', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const { page, document } = await write(out, finishedInput(out));
  assert.deepEqual(headings(document), [
    'Composition',
    'What became of every row',
    'Rejects',
    'Lengths',
    'Languages and roles',
    'Conversations to read',
    'Training',
    'Tokens and cost',
    'Answers side by side',
    'Checkpoints',
    'Sources',
    'Timings',
    'Files',
    'Recipe',
  ]);
  assert.equal(document.querySelectorAll('figure svg').length, 3);
  assert.equal(document.querySelectorAll('.answer').length, 12);
  assert.equal(document.querySelectorAll('.banner').length, 1);
  assert.ok(page.includes('tinker://run-2/sampler_weights/stage1-demo-final'));
  assert.ok(page.includes('limited the mix'));
  assert.match(page, /assistant text[\s\S]*? characters/);
  assert.ok(page.includes('The columns add up.'));
  assert.ok(page.includes('learning_rate: 0.01'));
  assert.ok(/renderer<\/th><td[^>]*><div>qwen3</.test(page) && page.includes('c0ffee'));
  assert.match(page, /English \d+/);
  assert.ok(page.includes('1 h 01 min'));
  assert.deepEqual(
    (await readdir(out)).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

void test('the lengths say which rows are not trained and why', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const input = finishedInput(out);
  const sources = [
    { source: 'a', rows: 640, refused: { reasoning: 64 }, weightZero: 0, reasoningLeftOut: 3, named: 0 },
  ];
  const tokens = { ...(input.tokens ?? assert.fail()), untrained: { renderer: 'llama3', sources } } as const;
  const { document } = await write(out, { ...input, tokens });
  const section = [...document.querySelectorAll('section')].find(
    (each) => each.querySelector('h2')?.textContent === 'Lengths',
  );
  const items = [...(section?.querySelectorAll('li') ?? [])].map((item) => item.textContent ?? '');
  assert.match(
    items[0] ?? '',
    /^a: 64 of 640 rows are not trained: llama3 .* reasoning\. Write reasoning: inline/,
  );
  assert.match(
    items[1] ?? '',
    /^a: 3 messages are context and not trained: llama3 leaves out their reasoning/,
  );
});

void test('tokens are shown by their kind, with what they cost, the date of the price and the budget', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const input = finishedInput(out);
  const { training, recipe } = input;
  assert.ok(training !== null && recipe.train !== undefined);
  const price = priceOf('Qwen/Qwen3-8B', undefined);
  const priced = {
    ...input,
    training: { ...training, price },
    recipe: { ...recipe, train: { ...recipe.train, budget: { usd: 0.05 } } },
    used: { train: 100_000, prefill: 20_000, sample: 1_000 },
  };
  const section = (document: Document): string =>
    [...document.querySelectorAll('section')]
      .find((each) => each.querySelector('h2')?.textContent === 'Tokens and cost')
      ?.textContent?.replaceAll(/\s+/g, ' ') ?? '';
  const shown = section((await write(out, priced)).document);
  assert.match(shown, /An estimate: a million tokens trained \$0\.44, .* 2026-10-07\)/);
  assert.match(shown, /The budget is \$0\.05\./);
  assert.match(shown, /so far ?100,000 ?20,000 ?1,000 ?121,000 ?about \$0\.05/);
  assert.match(shown, /the whole training ?187,000 ?40,600 ?1,900 ?229,500 ?about \$0\.09/);
  const unpriced = section((await write(out, input)).document);
  assert.match(unpriced, /No price is known\./);
  assert.doesNotMatch(unpriced, /about/);
});

void test('markup in conversations, answers and rejects is shown as text and never becomes an element', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const { page, document } = await write(out, finishedInput(out));
  assert.ok(!page.includes('<script>alert') && !page.includes('<img'));
  assert.equal(document.querySelectorAll('script').length, 1);
  assert.equal(document.querySelectorAll('img').length, 0);
  const texts = [...document.querySelectorAll('.message, .answer div, li')].map(
    (node) => node.textContent ?? '',
  );
  assert.ok(texts.filter((text) => text.includes(hostile)).length >= 5);
});

void test('markup in a source name stays text in the charts too', async (context) => {
  const out = await temporaryFolder(context);
  const samples = finishedRun().samples.map((sample) => ({
    ...sample,
    heldout_nll_by_source: { [hostile]: 1 },
  }));
  await writeFile(join(out, 'samples.jsonl'), jsonLines(samples));
  const { document } = await write(out, finishedInput(out));
  assert.equal(document.querySelectorAll('script').length, 1);
  assert.equal(document.querySelectorAll('img').length, 0);
});

void test('a held-out loss that diverged is in the table as diverged, and not in the curves', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const samples = finishedRun().samples.map((sample, index) =>
    index < 3
      ? sample
      : {
          ...sample,
          heldout_nll: null,
          heldout_nll_by_source: { ...sample.heldout_nll_by_source, lmsys: null },
          diverged: true,
        },
  );
  await writeFile(join(out, 'samples.jsonl'), jsonLines(samples));
  const { page, document } = await write(out, finishedInput(out));
  assert.ok(!page.includes('Parts of this report are missing'));
  const heldout = [...document.querySelectorAll('table')].find((table) =>
    (table.textContent ?? '').includes('weights'),
  );
  const cells = [...(heldout?.querySelectorAll('tbody tr') ?? [])].at(-1)?.querySelectorAll('td, th');
  const last = [...(cells ?? [])].map((cell) => cell.textContent ?? '');
  assert.equal(last[3], 'diverged');
  assert.equal(last.filter((text) => text === 'diverged').length, 2);
  assert.match(document.querySelector('.tiles')?.textContent ?? '', /3\.000 → diverged/);
  assert.ok(
    !/NaN|null/.test([...document.querySelectorAll('figure')].map(({ outerHTML }) => outerHTML).join('')),
  );
});

void test('the page requests nothing over the network', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const { document } = await write(out, finishedInput(out));
  assert.equal(document.querySelectorAll('link, [src], [href], iframe, object').length, 0);
  assert.match(
    document.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '',
    /^default-src 'none'; .*script-src 'sha256-/,
  );
  const styles = [...document.querySelectorAll('style')].map((style) => style.textContent ?? '').join('');
  assert.ok(!/url\(|@import/.test(styles));
});

void test('a development server is marked as one, and a hosted one is not', async (context) => {
  const out = await temporaryFolder(context);
  const input = finishedInput(out);
  assert.ok((await write(out, input)).page.includes('Trained on a development server'));
  assert.ok(input.training);
  const hosted = { ...input, training: { ...input.training, developmentServer: false } };
  assert.ok(!(await write(out, hosted)).page.includes('development server'));
});

void test('a run that has only read its sources gets a page of what there is', async (context) => {
  const out = await temporaryFolder(context);
  const { recipe, sources, workflowId, runId } = finishedInput(out);
  const input = {
    recipe,
    out,
    sources,
    workflowId,
    runId,
    standing,
    mix: null,
    tokens: null,
    training: null,
    used: null,
  };
  const { document } = await write(out, input);
  assert.deepEqual(headings(document), ['Rejects', 'Sources', 'Timings', 'Recipe']);
});

void test('a run that is being cancelled before anything was read still gets a page', async (context) => {
  const out = await temporaryFolder(context);
  const { recipe, workflowId, runId } = finishedInput(out);
  const input = {
    recipe,
    out,
    sources: [],
    workflowId,
    runId,
    standing,
    mix: null,
    tokens: null,
    training: null,
    used: null,
  };
  assert.deepEqual(headings((await write(out, input)).document), ['Timings', 'Recipe']);
});

void test('a damaged line is named on the page, and the lines before it are used', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const { metrics } = finishedRun();
  await writeFile(join(out, 'metrics.jsonl'), `${jsonLines(metrics.slice(0, 10))}{"step": 10`);
  const { page } = await write(out, finishedInput(out));
  assert.ok(page.includes('metrics.jsonl could not be read beyond line 10'));
  assert.ok(page.includes('10 of 60 steps'));
});

void test('counts that do not add up are called a defect', async (context) => {
  const out = await temporaryFolder(context);
  const input = finishedInput(out);
  assert.ok(input.mix);
  const [first, ...rest] = input.mix.composition.sources;
  assert.ok(first);
  const composition = { ...input.mix.composition, sources: [{ ...first, kept: first.kept + 1 }, ...rest] };
  const { page } = await write(out, { ...input, mix: { ...input.mix, composition } });
  assert.ok(page.includes('The columns do not add up.'));
});

void test('the same run gives the same page, and a cancelled one gives none', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const first = await write(out, finishedInput(out));
  assert.equal((await write(out, finishedInput(out))).page, first.page);
  await rm(join(out, 'report.html'));
  const store = await openStore(join(out, 'store'));
  const cancelled = { ...work, signal: AbortSignal.abort() };
  await assert.rejects(createReportActivities({ store }).writeReport(finishedInput(out), cancelled));
  assert.ok(!(await readdir(out)).includes('report.html'));
});

void test('the page does not grow with the number of steps', async (context) => {
  const out = await temporaryFolder(context);
  const [metrics] = finishedRun().metrics;
  assert.ok(metrics);
  const many = Array.from({ length: 20_000 }, (_, step) => ({ ...metrics, step }));
  await writeFile(join(out, 'metrics.jsonl'), jsonLines(many));
  const { page } = await write(out, finishedInput(out));
  assert.ok(page.length < 200_000, String(page.length));
});

void test('trained text is marked by the tokens of the training, and truncated text is counted', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const { document } = await write(out, finishedInput(out));
  const [first, second, third] = [...document.querySelectorAll('.talk')];
  const texts = (talk: Element | undefined, kind: string): string =>
    [...(talk?.querySelectorAll(kind) ?? [])].map((node) => node.textContent ?? '').join('|');
  assert.match(texts(second, '.trained'), /In short, it shows the word in bold/);
  assert.doesNotMatch(texts(second, '.trained'), /You are helpful|what does a web page do/);
  assert.match(texts(second, '.context'), /You are helpful.*what does a web page do/s);
  assert.match(texts(third, '.trained'), /Of course!.*<\|im_end\|>.*Yes! Leave some time free/s);
  assert.match(texts(first, '.cut'), /www/);
  assert.match(
    first?.querySelector('.where')?.textContent ?? '',
    /line 1 · ultrachat · [\d,]+ tokens.* cut off/,
  );
  // In a message it is text of the conversation; only the renderer's own is a special token.
  assert.doesNotMatch(texts(first, '.special'), /typed/);
  assert.match(texts(first, '.context'), /<\|im_end\|> typed by someone/);
});

void test('a store that has lost the mix and the tokens costs the marks, not the page', async (context) => {
  const out = await temporaryFolder(context);
  const store = await writeFinishedRun(out);
  await rm(store, { recursive: true });
  const { document } = await write(out, finishedInput(out));
  assert.equal(document.querySelectorAll('.talk').length, 3);
  assert.equal(document.querySelectorAll('.trained').length, 0);
});

void test('results of an earlier run of the same name are not shown', async (context) => {
  const out = await temporaryFolder(context);
  await writeFinishedRun(out);
  const input = { ...finishedInput(out), mix: null, tokens: null, training: null };
  const { document, page } = await write(out, input);
  assert.equal(document.querySelectorAll('.talk, .checkpoint, figure').length, 0);
  assert.ok(!page.includes('conflicting_turns</code> <span'));
});

void test('the report of a run that waits, was cancelled or failed begins with that state', async (context) => {
  const out = await temporaryFolder(context);
  const input = finishedInput(out);
  const banner = async (change: Partial<typeof standing>): Promise<string> =>
    (await write(out, { ...input, standing: { ...standing, ...change } })).document.querySelector('.banner')
      ?.textContent ?? '';
  const wait = {
    what: 'magpie',
    type: 'RevisionNotFoundError',
    message: `no revision ${hostile}`,
    remedy: 'Correct the revision.',
  };
  assert.match(await banner({ status: 'running', stage: 'train' }), /is under way.*Stage train/s);
  const waits = await banner({ status: 'running', stage: 'convert', waitingFor: [wait] });
  assert.match(waits, /waits for a decision.*magpie: RevisionNotFoundError: no revision <script>/s);
  assert.match(await banner({ status: 'cancelled', stage: 'train' }), /was cancelled/);
  assert.match(
    await banner({ status: 'failed', failure: 'The mix was rejected: too much code' }),
    /too much code/,
  );
  assert.match(await banner({ skippedSources: ['magpie'] }), /Without magpie/);
});

void test('languages are detected by letters and common words', () => {
  assert.equal(languageOf('What is the best way to learn a language for my trip?'), 'English');
  assert.equal(languageOf('¿Cuál es la mejor manera de aprender para los viajes y el trabajo?'), 'Spanish');
  assert.equal(languageOf('Quelle est la meilleure façon pour vous et les enfants ?'), 'French');
  assert.equal(languageOf('今日はいい天気ですね'), 'Japanese');
  assert.equal(languageOf('今天天气很好，我们去公园吧'), 'Chinese');
  assert.equal(languageOf('Сегодня хорошая погода'), 'Cyrillic letters');
  assert.equal(languageOf('12 + 30 = 42'), unknownLanguage);
  assert.equal(languageOf('qwerty'), unknownLanguage);
});

void test('control characters and marks that turn text around are shown', () => {
  assert.equal(visible('\u001b[31mred\u0007\tand\nmore'), '␛[31mred␇\tand\nmore');
  assert.equal(visible('a\u202Eb'), 'a[U+202E]b');
});

void test('spread keeps the first and the last', () => {
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4), [0, 3, 6, 9]);
  assert.deepEqual(spread([1, 2], 4), [1, 2]);
});

void test('a source shows what was not read with what to write, what was left out, and what readers may not see', async (context) => {
  const out = await temporaryFolder(context);
  const input = finishedInput(out);
  const [first, ...rest] = input.sources;
  assert.ok(first);
  const findings = sourceFindings({
    name: 'dolly',
    unread: { context: 4467, [hostile]: 2 },
    blankSystem: 2,
    holds: { reasoning: 204, tools: 0, toolCalls: 0, weight: 1, names: 0 },
  });
  const told = { ...first, summary: { ...first.summary, ...findings } };
  const { page, document } = await write(out, { ...input, sources: [told, ...rest] });
  const section = [...document.querySelectorAll('section')].find(
    (each) => each.querySelector('h2')?.textContent === 'Sources',
  );
  const rows = [...(section?.querySelectorAll('table')[1]?.querySelectorAll('tbody tr') ?? [])];
  assert.deepEqual(
    rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)),
    [
      ['context', '4,467', '15,011'],
      [hostile, '2', '15,011'],
    ],
  );
  assert.ok(!page.includes('<script>alert'));
  const text = (section?.textContent ?? '').replaceAll(/\s+/g, ' ');
  for (const sentence of [
    'Not read, though named like part of the conversation:',
    'Read context with fields (format: alpaca, fields: { input: context, output: response }), or leave out what is not part of it with ignore: [context, ',
    '2 blank system messages left out',
    'reasoning in 204, weight 0 in 1 conversation',
    '204 conversations have reasoning_content, 1 a weight of 0: readers that know role and content only do not see them',
  ])
    assert.ok(text.includes(sentence), `${sentence}\n${text}`);
});
