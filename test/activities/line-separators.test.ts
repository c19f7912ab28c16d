import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRun } from '../../activities/report/read/read-run.js';
import { traceLine } from '../../client/mix/trace-line.js';
import { FolderOutputs } from '../../activities/outputs/folder-outputs.js';
import { lineOf } from '../../files/json-lines.js';
import { workbench } from '../support/local-sources.js';

const { store, folder, mixFiles } = await workbench();
const separators = 'first\u2028second\u2029third\u0085fourth';

/** A source of eight conversations and two rejects, all of whose texts hold line separators. */
async function separatedSource(): Promise<string> {
  const rows = Array.from({ length: 10 }, (_, number) => ({
    messages: [
      { role: number < 8 ? 'user' : 'stranger', content: `${number} ${separators}` },
      { role: 'assistant', content: separators },
    ],
  }));
  const path = join(await folder(), 'a.jsonl');
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

void test('texts with Unicode line separators are mixed, shown and traced as what they are', async () => {
  const path = await separatedSource();
  const { out, lines, mix } = await mixFiles([path], { max_reject_fraction: 0.5 });
  assert.equal(lines.length, 8);
  const rejects = (await readFile(join(out, 'rejects.jsonl'), 'utf8')).split('\n').slice(0, -1);
  assert.equal(rejects.length, 2);

  const outputs = new FolderOutputs(out);
  const found = await readRun(outputs, new AbortController().signal, { mix: true, training: false });
  assert.deepEqual(found.problems, []);
  assert.equal(found.rejects.length, 2);
  assert.deepEqual(
    found.train.toRead.map(({ line, messages }) => [line, messages[1]?.content]),
    lines.map((_, index) => [index + 1, separators]),
  );

  const shown = await lineOf(outputs.blocks('train.jsonl'), 8);
  assert.equal(shown, lines[7]);
  const origin = await traceLine(store, mix, 8, 'train');
  assert.ok(shown?.includes(`"${(origin?.row ?? 0) - 1} ${separators}`));
});

void test('rejects with Unicode line separators are counted and named', async () => {
  await assert.rejects(mixFiles([await separatedSource()]), {
    type: 'TooManyRejectsError',
    message: /2 of 10 .*a\.jsonl:9 unknown_role; a\.jsonl:10 unknown_role/,
  });
});
