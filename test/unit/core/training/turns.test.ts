import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseCanonicalLine } from '../../../../core/convert/conversation/canonical-line.js';
import { rendererNames, trainOnModes, type TrainOn } from '../../../../core/recipe.js';
import { tokeniseExamples, type Example } from '../../../../core/training/examples.js';
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
type Turns = z.infer<typeof Turns>;
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
      for (const trainOn of modesOf(golden)) {
        const rules = { trainOn, examples: 'turn' } as const;
        const made = tokeniseExamples(renderer, parseCanonicalLine(line), rules, encoder);
        const { examples, refused } = expectedOf(golden, trainOn);
        const where = `${name}, ${trainOn}: ${line}`;
        assert.deepEqual(made.examples.map(comparable), examples, where);
        assert.equal(made.refusal !== undefined, examples.length === 0 && refused > 0, where);
        if (examples.length > 0) assert.equal(made.refusedTurns.length, refused, where);
        compared.examples += examples.length;
      }
    }
    assert.ok(compared.lines > 20 && compared.examples > 40, JSON.stringify(compared));
  });

interface Comparable {
  /** Index of the message that ends the example. */
  readonly answer: number;
  readonly tokens: readonly number[];
  readonly runs: readonly number[];
}

function comparable({ messages, tokens, mask }: Example): Comparable {
  return { answer: messages - 1, tokens, runs: runsOf(mask) };
}

function modesOf({ modes }: Turns): readonly TrainOn[] {
  return trainOnModes.filter((mode) => modes[mode] !== undefined);
}

function expectedOf(
  { examples, modes }: Turns,
  trainOn: TrainOn,
): { readonly examples: readonly Comparable[]; readonly refused: number } {
  const answers = modes[trainOn] ?? [];
  const expected = answers.flatMap((answer): Comparable[] => {
    const example = examples[answer] ?? null;
    return example === null ? [] : [{ answer, ...example }];
  });
  return { examples: expected, refused: answers.length - expected.length };
}
