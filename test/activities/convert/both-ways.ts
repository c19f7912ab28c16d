import assert from 'node:assert/strict';
import type { ConversionRules } from '../../../core/convert/conversion-rules.js';
import { createRowConverter } from '../../../core/convert/row-converter.js';
import { JsonBytes } from '../../../activities/convert/json-bytes/json-bytes.js';
import { createWasmKernel } from '../../../activities/convert/json-bytes/json-kernel.js';
import { parsedRow } from '../../../activities/convert/rows/converted-row.js';
import { createLineConverter, type LineConverter } from '../../../activities/convert/rows/json-line.js';
import { createPlainKernel } from './plain-kernel.js';
import { facts, type RowFacts } from './row-facts.js';

/** Both kernels, each with the block that lines are read into. */
export const engines = [createWasmKernel, createPlainKernel].map((createKernel) => {
  const json = new JsonBytes(createKernel);
  return { json, block: json.lendReadBlock().block };
});

/** The converters of some rules: those of a line as bytes, with each kernel, and that of a parsed row. */
interface Converters {
  readonly lines: readonly (LineConverter | undefined)[];
  readonly row: ReturnType<typeof createRowConverter>;
}

const made = new WeakMap<ConversionRules, Converters>();

/** They are kept, as a conversion keeps them from row to row. */
function convertersOf(rules: ConversionRules): Converters {
  const converters = made.get(rules) ?? {
    lines: engines.map(({ json }) => createLineConverter(rules, json)),
    row: createRowConverter(rules),
  };
  made.set(rules, converters);
  return converters;
}

/** What the parser makes of a line: a conversation or why there is none; `undefined` where it is no JSON. */
export function parsed(rules: ConversionRules, text: string): RowFacts | string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const outcome = convertersOf(rules).row(value, () => text);
  return typeof outcome === 'string' ? outcome : facts(parsedRow(outcome));
}

/** What both kernels make of a line between other lines; `undefined` where it is left to the parser. */
export function unparsed(rules: ConversionRules, line: Buffer): RowFacts | string | undefined {
  const before = Buffer.from('"]}\n');
  const text = Buffer.concat([before, line, Buffer.from('\n{"messages')]);
  return sameOfAll((block) => text.copy(block), before.length, line.length, rules);
}

/** What becomes of a line at `at` in the block, which is the same with each kernel. */
export function sameOfAll(
  fill: (block: Buffer) => void,
  at: number,
  bytes: number,
  rules: ConversionRules,
): RowFacts | string | undefined {
  const { lines } = convertersOf(rules);
  const [first, second] = engines.map(({ json, block }, engine) => {
    fill(block);
    const row = lines[engine]?.convert(block, at, at + bytes);
    return typeof row === 'object' ? facts(row, json.memory, json.arenaAt) : row;
  });
  assert.deepEqual(first, second);
  return first;
}
