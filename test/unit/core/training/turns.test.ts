import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseCanonicalLine } from '../../../../core/convert/conversation/canonical-line.js';
import { rendererNames, trainOnModes } from '../../../../core/recipe.js';
import { tokeniseExamples } from '../../../../core/training/examples.js';
import { rendererNamed } from '../../../../core/training/families/index.js';
import { goldenFamilies } from '../../../support/golden-families.js';
import { goldenEncoder } from '../../../support/golden-tokenizers.js';
import { runsOf } from '../../../support/runs-of.js';

const Turns = z.object({
  /** By the index of the answer that ends it; null: refused. */
  examples: z.record(z.string(), z.object({ tokens: z.array(z.int()), runs: z.array(z.int()) }).nullable()),
  /** The answers that are trained. */
  modes: z.partialRecord(z.enum(trainOnModes), z.array(z.int())),
});
const Golden = z.object({
  cases: z.array(z.object({ line: z.string(), turns: z.partialRecord(z.enum(rendererNames), Turns) })),
});

const path = new URL('../../../../../test/golden/renderers/turns.json.gz', import.meta.url);
const { cases } = Golden.parse(JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')));

const rewriting = rendererNames.filter((name) => rendererNamed(name).rewritesHistory);

for (const name of rewriting)
  void test(`${name} makes the examples of the cookbook where each turn is one`, async () => {
    const [family = assert.fail()] = goldenFamilies(name);
    const renderer = rendererNamed(name, { currentDate: family.current_date });
    const encoder = await goldenEncoder(renderer, family.tokenizer);
    const compared = { lines: 0, examples: 0 };
    for (const { line, turns } of cases) {
      const golden = turns[family.renderer];
      if (golden === undefined) continue;
      compared.lines += 1;
      for (const mode of trainOnModes) {
        const answers: readonly number[] | undefined = golden.modes[mode];
        if (answers === undefined) continue;
        const rules = { trainOn: mode, examples: 'turn' } as const;
        const { examples, refusal, refusedTurns } = tokeniseExamples(
          renderer,
          parseCanonicalLine(line),
          rules,
          encoder,
        );
        const found = examples.map(({ messages, tokens, mask }) => ({
          answer: messages - 1,
          tokens,
          runs: runsOf(mask),
        }));
        const written = answers.flatMap((answer) => {
          const example = golden.examples[answer] ?? null;
          return example === null ? [] : [{ answer, ...example }];
        });
        const where = `${name}, ${mode}: ${line}`;
        assert.deepEqual(found, written, where);
        assert.equal(refusal !== undefined, written.length === 0 && answers.length > 0, where);
        if (written.length > 0) assert.equal(refusedTurns.length, answers.length - written.length, where);
        compared.examples += found.length;
      }
    }
    assert.ok(compared.lines > 20 && compared.examples > 40, JSON.stringify(compared));
  });
