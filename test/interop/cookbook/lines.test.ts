import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { z } from 'zod';
import { rendererNames } from '../../../core/recipe.js';
import { pythonEnvironment } from '../../../dev/python/environment.js';
import { goldenFamilies } from '../../support/golden-families.js';
import { compareWithGolden, GoldenLines } from '../../support/golden-lines.js';
import { runScript } from '../support/run-python.js';

const Answer = GoldenLines.extend({ version: z.string() });
const lines = 500;
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

for (const name of rendererNames)
  void test(`${name}: random lines of train.jsonl, read with the cookbook's own types, give the cookbook our tokens and masks`, async (t) => {
    t.diagnostic(`SEED=${seed}`);
    const [family] = goldenFamilies(name);
    const input = { renderer: family?.renderer, seed, lines };
    const environment = await pythonEnvironment('cookbook');
    const { version, ...golden } = await runScript(Answer, environment, 'cookbook_lines.py', {}, input);
    const { refused, raised } = await compareWithGolden(name, golden);
    const of = `of ${lines} lines the cookbook ${version} has no rule for ${raised}`;
    t.diagnostic(`${name}: ${of}; refused in ${refused} of ${lines * 6} lines and modes`);
  });
