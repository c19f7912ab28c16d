import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MixMeta } from '../../../activities/mix/format/mix-artifact.js';
import { entriesName, originsName, readMixParts } from '../../../activities/mix/format/mix-part.js';
import { readMixPlan } from '../../../activities/mix/format/mix-plan.js';
import { linesOfRuns } from '../../../activities/mix/lines/mixed-lines.js';
import { tokenisePiece } from '../../../activities/tokenise/pieces/tokenise-piece.js';
import { readTokenizerFiles, tokenizerIn } from '../../../activities/tokenise/tokenizer/tokenizer-files.js';
import { packagePath } from '../../../files/package-path.js';
import { assistant, putMix, temporaryStore, user, type Row } from '../../support/mix-artifact.js';

const tokenizerDir = packagePath('dev/tinker/model-files/tiny-qwen3');

void test('the progress of a piece is counted in bytes, up to the size of its lines', async () => {
  const rows: readonly Row[] = ['naïve', '你好', 'plain'].map((text) => ({
    source: 0,
    messages: [user(text), assistant(`${text} – ${text}`)],
  }));
  const sizes = rows.map(({ messages }) => Buffer.byteLength(`${JSON.stringify({ messages })}\n`));
  const store = await temporaryStore();
  const { mix: ref } = await putMix(store, { train: rows, sources: ['only'] });
  const mix = await store.get(ref);
  const { plan: key } = MixMeta.parse(mix.meta);
  const runs = await linesOfRuns(store, key, await readMixPlan(store, { kind: 'mix-plan', key }));
  const [listed] = await readMixParts(store, mix);
  const part = await store.get({ kind: 'mix-part', key: listed?.key ?? '' });
  const done: number[] = [];
  const meta = await tokenisePiece(
    {
      tokenisation: {
        renderer: 'qwen3',
        settings: {},
        trainOn: 'all_assistant_messages',
        examples: 'conversation',
        maxTokens: 60,
        tokenizerDigest: (await readTokenizerFiles(tokenizerDir)).digest,
      },
      tokenizer: await tokenizerIn(tokenizerDir),
      from: {
        kind: 'runs',
        places: {
          entriesPath: await store.placeOf(part, entriesName),
          linesPaths: await Promise.all(runs.map(({ artifact, file }) => store.placeOf(artifact, file))),
        },
      },
      firstEntry: 0,
      firstLine: 0,
      lines: rows.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      originsPath: await store.placeOf(part, originsName),
      dir: await store.workplace.scratch(),
    },
    { progress: (bytes) => void done.push(bytes) },
  );
  assert.equal(meta.rows, rows.length);
  assert.deepEqual(
    done,
    sizes.map((_, at) => sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0)),
  );
});
