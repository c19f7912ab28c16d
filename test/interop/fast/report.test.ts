import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { createReportActivities } from '../../../activities/report/index.js';
import { finishedInput, finishedRun, hostile, writeFinishedRun } from '../../support/finished-run.js';
import { openBrowser, type Browser, type Page } from '../support/browser.js';
import { temporaryFolder } from '../../support/folder.js';
import { agent, attacked, corrected } from '../../support/whole-conversations.js';

/** The report in a headless Chromium, as a reader opens it: from a file. The corpus in it is hostile. */

let folder = '';
let url = '';
let browser: Browser | undefined;
let missing: string | undefined;

before(
  async () => {
    folder = await temporaryFolder();
    const conversations = [...finishedRun().conversations, agent, corrected, attacked];
    const store = await openStore(await writeFinishedRun(folder, { conversations, maxTokens: 4_096 }));
    const { path } = await createReportActivities({ store }).writeReport(finishedInput(folder), {
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    url = pathToFileURL(path).href;
    const found = await openBrowser();
    if ('browser' in found) browser = found.browser;
    else missing = found.missing;
  },
  { timeout: 10 * 60_000 },
);

after(async () => {
  await browser?.close();
});

/** What a page did that it should not have done. */
interface Watched {
  readonly page: Page;
  readonly said: readonly string[];
}

async function opened(options?: { readonly javaScriptEnabled?: boolean }): Promise<Watched> {
  assert.ok(browser !== undefined);
  const page = await browser.newPage(options);
  const said: string[] = [];
  page.on('console', (message) => said.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    said.push('a dialog: a script of the corpus ran');
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url) said.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, said };
}

function inBrowser(name: string, check: (context: TestContext) => Promise<void>): void {
  void test(name, { timeout: 3 * 60_000 }, async (context) => {
    if (missing !== undefined) {
      process.stderr.write(`\nNOT TESTED IN A BROWSER: ${name}\n  ${missing}\n\n`);
      context.skip(`no browser: ${missing}`);
      return;
    }
    await check(context);
  });
}

const shownTalks = `[...document.querySelectorAll('.talk')].filter((talk) => talk.checkVisibility()).length`;

inBrowser('the page requests nothing, logs nothing, and runs no script of a corpus', async () => {
  const { page, said } = await opened();
  assert.equal(await page.evaluate(`document.querySelectorAll('script, img, iframe').length`), 1);
  const texts = `[...document.querySelectorAll('.message')].map((node) => node.textContent).join()`;
  assert.ok(String(await page.evaluate(texts)).includes(hostile));
  assert.deepEqual(said, []);
});

inBrowser('a script that got past the escaping would be refused', async () => {
  const { page, said } = await opened();
  const inject = `{ const div = document.createElement('div');
    div.innerHTML = '<img src="https://example.invalid/x.png" onerror="document.title = 1">';
    document.body.append(div);
    const script = document.createElement('script');
    script.textContent = 'document.title = 2';
    document.body.append(script); }`;
  const title = await page.evaluate('document.title');
  await page.evaluate(inject);
  assert.equal(await page.evaluate('document.title'), title);
  const refused = said.filter((line) => line.includes('Content Security Policy'));
  // The handler, the script and the image: a request of it is announced, and blocked.
  assert.equal(refused.length, 3, said.join('\n'));
  assert.deepEqual(
    said.filter((line) => !refused.includes(line) && !line.startsWith('request: https://example.invalid/')),
    [],
  );
});

inBrowser('the search finds conversations by their words and by their source', async () => {
  const { page } = await opened();
  const found = `document.getElementById('found').textContent`;
  assert.equal(await page.evaluate(shownTalks), 6);
  await page.fill('#find', 'SUNNY weekend');
  assert.equal(await page.evaluate(shownTalks), 1);
  assert.equal(await page.evaluate(found), '1 of 6 conversations');
  assert.equal(await page.evaluate(`CSS.highlights.get('found').size`), 2);
  await page.fill('#find', '<script>alert');
  assert.equal(await page.evaluate(shownTalks), 2);
  await page.fill('#find', 'nothing holds this');
  assert.equal(await page.evaluate(found), '0 of 6 conversations');
  await page.fill('#find', '');
  await page.selectOption('#find-source', 'toefl');
  assert.equal(await page.evaluate(found), '1 of 6 conversations');
});

const openFolds = `[...document.querySelectorAll('.talk details[open]')].map((fold) => fold.className).join()`;

inBrowser('the search opens the fold that holds what it looks for, and closes it behind it', async () => {
  const { page } = await opened();
  assert.equal(await page.evaluate(openFolds), '');
  await page.fill('#find', 'so TWO calls');
  assert.equal(await page.evaluate(shownTalks), 1);
  assert.equal(await page.evaluate(openFolds), 'reasoning');
  await page.fill('#find', 'needs a booking');
  assert.equal(await page.evaluate(openFolds), 'tools');
  await page.fill('#find', '"oslo"');
  assert.equal(await page.evaluate(shownTalks), 1);
  assert.equal(await page.evaluate(openFolds), '');
  await page.fill('#find', '<tool_response>');
  assert.equal(await page.evaluate(shownTalks), 2);
  assert.equal(await page.evaluate(openFolds), 'tokens,tokens');
  // What a reader opened stays open.
  await page.click('details.tools summary');
  await page.fill('#find', 'needs a booking');
  await page.fill('#find', '');
  assert.equal(await page.evaluate(openFolds), 'tools');
});

inBrowser('folds open by the keyboard, also without scripts', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await opened({ javaScriptEnabled });
    await page.press('details.reasoning summary', 'Enter');
    assert.equal(await page.evaluate(openFolds), 'reasoning');
  }
});

inBrowser('what is trained stands out, in light and in dark', async () => {
  const { page } = await opened();
  const background = (selector: string): string =>
    `getComputedStyle(document.querySelector('${selector}')).backgroundColor`;
  const contrast = `(() => {
    const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const node = document.querySelector('.message .trained');
    const [a, b] = [getComputedStyle(node).color, getComputedStyle(node).backgroundColor].map(light);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  })()`;
  const papers: unknown[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    papers.push(await page.evaluate(background('body')));
    const trained = await page.evaluate(background('.message .trained'));
    assert.notEqual(trained, await page.evaluate(background('.message.assistant')));
    assert.ok(Number(await page.evaluate(contrast)) > 4.5, `${colorScheme}: too little contrast`);
  }
  assert.notEqual(papers[0], papers[1]);
});

for (const width of [360, 768, 1200])
  inBrowser(
    `on a screen of ${width} pixels nothing is cut off or scrolls sideways, whatever a corpus holds`,
    async () => {
      const { page } = await opened();
      await page.setViewportSize({ width, height: 844 });
      await page.evaluate(`document.querySelectorAll('details').forEach((fold) => { fold.open = true; })`);
      // What is wider than the screen, and what is wider than the place that it has.
      const wide = `[...document.querySelectorAll('main *')].filter((node) => !node.closest('svg') &&
      (node.getBoundingClientRect().right > innerWidth + 1 || (node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1)))
      .map((node) => node.tagName + ' ' + node.className + ': ' + node.textContent.slice(0, 40))`;
      assert.deepEqual(await page.evaluate(wide), []);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
    },
  );

inBrowser('right-to-left text and control characters stay in their place', async () => {
  const { page } = await opened();
  const first = String(await page.evaluate(`document.querySelector('.talk .message').textContent`));
  assert.match(first, /\[U\+202E\]/);
  assert.match(first, /␛\[31mred␛\[0m and a bell ␇/);
  assert.equal(
    await page.evaluate(`getComputedStyle(document.querySelector('.talk .message')).unicodeBidi`),
    'isolate',
  );
});

inBrowser('on paper it is black on white, without buttons, and no table is cut off', async () => {
  const { page } = await opened();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.evaluate(`getComputedStyle(document.body).backgroundColor`), 'rgb(255, 255, 255)');
  assert.equal(
    await page.evaluate(
      `[...document.querySelectorAll('button, .search')].filter((node) => node.checkVisibility()).length`,
    ),
    0,
  );
  const reasoning = `document.querySelector('details.reasoning summary').checkVisibility()`;
  assert.equal(await page.evaluate(reasoning), true);
  // A4 with the margins of a browser, at 96 pixels an inch.
  await page.setViewportSize({ width: 718, height: 1047 });
  const cut = `[...document.querySelectorAll('table')].filter((table) =>
    table.getBoundingClientRect().right > innerWidth + 1).map((table) => table.textContent.slice(0, 60))`;
  assert.deepEqual(await page.evaluate(cut), []);
  assert.ok((await page.pdf({ format: 'A4' })).length > 10_000);
});

inBrowser('without scripts everything is there to read', async () => {
  const { page, said } = await opened({ javaScriptEnabled: false });
  assert.equal(await page.evaluate(shownTalks), 6);
  assert.equal(await page.evaluate(`document.querySelector('form.search').checkVisibility()`), false);
  assert.deepEqual(
    said.filter((line) => !line.includes('script')),
    [],
  );
});
