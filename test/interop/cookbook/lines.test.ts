import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { z } from 'zod';
import { rendererNames } from '../../../core/recipe.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { compareWithGolden, GoldenLine } from '../../support/golden-lines.js';
import { runScript } from '../support/run-python.js';

const Answer = z.object({ version: z.string(), cases: z.array(GoldenLine) });

void test("lines of train.jsonl, read with the cookbook's own types, give the cookbook our tokens and masks", async (t) => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`SEED=${seed}`);
  const environment = await pythonEnvironment('cookbook');
  const { version, cases } = await runScript(
    Answer,
    environment,
    'cookbook_lines.py',
    {},
    { seed, lines: 120 },
  );
  t.diagnostic(`tinker-cookbook ${version}`);
  for (const name of rendererNames) {
    const refused = compareWithGolden(name, cases);
    t.diagnostic(`${name}: ${refused} of ${cases.length * 5} refused`);
  }
});
