import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '../../../core/convert/layout.js';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import { JsonBytes } from '../../../activities/convert/json-bytes/json-bytes.js';
import { createWasmKernel } from '../../../activities/convert/json-bytes/json-kernel.js';
import { TextBytes } from '../../../activities/convert/read/text-bytes.js';
import { parsedRow } from '../../../activities/convert/rows/converted-row.js';
import { createParquetRowConverter } from '../../../activities/convert/rows/parquet-row.js';
import { Dice } from '../../support/dice.js';
import { createPlainKernel } from './plain-kernel.js';
import { facts } from './row-facts.js';

const engines = [createWasmKernel, createPlainKernel].map((createKernel) => new JsonBytes(createKernel));

void test('a row of parquet gives what its decoded form gives, or is left to the parser', () => {
  const dice = new Dice(13);
  const rules: ConversionRules = { layout: layoutOf('lmsys'), filter: { language: 'English' } };
  const converters = engines.map((json) => createParquetRowConverter(rules, json));
  const convert = createRowConverter(rules);
  const text = (): string =>
    Array.from({ length: dice.below(6) }, () =>
      dice.pick(['"', 'word ', '\n', '\u00a0', ' ', '漢', '\\']),
    ).join('');
  let found = 0;
  for (let round = 0; round < 5000; round += 1) {
    const messages = Array.from({ length: dice.below(4) }, () => ({
      role: dice.pick(['user', 'assistant', 'ASSISTANT', 'alien']),
      content: text(),
    }));
    const row = { language: dice.pick(['English', 'English', 'Spanish', null]), conversation: messages };
    const raw = {
      ...row,
      conversation: messages.map(({ role, content }) => ({
        role: new TextBytes(Buffer.from(role)),
        content: new TextBytes(Buffer.from(content)),
      })),
    };
    const outcome = convert(row, () => JSON.stringify(row));
    for (const converted of converters.map((convertRow) => convertRow?.(raw))) {
      if (converted === undefined) continue;
      found += 1;
      if (converted === 'filtered') assert.equal(outcome, 'filtered');
      else {
        assert.ok(typeof outcome !== 'string');
        assert.deepEqual(facts(converted), facts(parsedRow(outcome)));
      }
    }
  }
  assert.ok(found > 2000);
});
