import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalLine, parseCanonicalLine } from '../../../../core/convert/conversation/canonical-line.js';

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

function lineWith(args: string, tool: string): string {
  const call = { type: 'function', function: { name: 'f', arguments: args } } as const;
  const messages = [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: '', tool_calls: [call] },
  ] as const;
  return canonicalLine({ messages, tools: [tool] });
}

void test('arguments and tools of 500 levels are read as they were written', () => {
  const tool = `{"name":"f","parameters":${nested(499)}}`;
  const line = lineWith(nested(500), tool);
  assert.equal(canonicalLine(parseCanonicalLine(line)), line);
});

void test('a line with deeper tools, or with arguments that are deeper or no JSON object, is not canonical', () => {
  const tool = '{"name":"f"}';
  for (const args of [nested(501), nested(100_000), '[1]', '"text"', 'null', '{bad'])
    assert.throws(
      () => parseCanonicalLine(lineWith(args, tool)),
      /text of a JSON object of at most 500 levels/,
    );
  assert.throws(
    () => parseCanonicalLine(lineWith('{}', `{"name":"f","parameters":${nested(500)}}`)),
    /has more than 500 levels/,
  );
});
