import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalLine, parseCanonicalLine } from '../../../../core/convert/conversation/canonical-line.js';
import { maxNesting } from '../../../../core/json/nesting.js';
import { convertRow } from '../../../support/convert-row.js';

const question = '{"role":"user","content":"q"}';
const answer = '{"role":"assistant","content":"a"}';

/** The line of a row whose message calls `w` with the arguments, as the row spells them. */
function withArguments(given: string): string {
  const call = `{"function":{"name":"w","arguments":${given}}}`;
  const row = `{"messages":[${question},{"role":"assistant","content":null,"tool_calls":[${call}]}]}`;
  const result = convertRow('messages', row);
  return typeof result === 'string' ? result : result.line;
}
function withTools(tools: string): string {
  const result = convertRow('messages', `{"messages":[${question},${answer}],"tools":${tools}}`);
  return typeof result === 'string' ? result : result.line;
}
const lineOfCall = (text: string): string =>
  `{"messages":[${question},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"w","arguments":${JSON.stringify(text)}}}]}]}`;
const lineOfTool = (text: string): string =>
  `{"messages":[${question},${answer}],"tools":[{"type":"function","function":${text}}]}`;

const objects: readonly (readonly [string, string, string])[] = [
  ['big integers', '{ "id": 12345678901234567890 }', '{"id":12345678901234567890}'],
  ['whole doubles and exponents', '{"x":40.0,"y":1E+5,"z":-0}', '{"x":40.0,"y":1E+5,"z":-0}'],
  ['the order of names that are integers', '{"b":1,"10":2,"1":3}', '{"b":1,"10":2,"1":3}'],
  ['repeated names: first place, last value', '{"a":1,"b":2,"a":3.0}', '{"a":3.0,"b":2}'],
  ['__proto__', '{"__proto__":{"x":1.0}}', '{"__proto__":{"x":1.0}}'],
  ['null members', '{"city":null}', '{"city":null}'],
  ['half a surrogate pair, as an escape', '{"x":"\\ud83d"}', '{"x":"\\ud83d"}'],
];
for (const [name, given, kept] of objects)
  void test(`an object of arguments keeps ${name}`, () =>
    assert.equal(withArguments(given), lineOfCall(kept)));

void test('a text of arguments stays as it is, and nothing is {}', () => {
  for (const text of ['{ }', '{"a":1.0,"a":2}', ' {"b" : [1, 2]}\n'])
    assert.equal(withArguments(JSON.stringify(text)), lineOfCall(text));
  for (const nothing of ['null', '""', '" \\n"', '[]'])
    assert.equal(withArguments(nothing), lineOfCall('{}'));
});

void test('arguments that are not a JSON object are rejected', () => {
  for (const given of ['5', 'true', '[1]', '"[]"', '"null"', '"{a:1}"', '"x"'])
    assert.equal(withArguments(given), 'bad_arguments', given);
});

void test('a tool keeps the spelling of its numbers, and its parameters may be JSON in a text', () => {
  const schema = '{"type":"object","properties":{"n":{"minimum":1.0,"maximum":1e3,"2":0,"1":0}}}';
  assert.equal(
    withTools(`[{"name":"w","parameters":${schema}}]`),
    lineOfTool(`{"name":"w","parameters":${schema}}`),
  );
  const inText = `[{"type":"function","function":{"name":"w","parameters":${JSON.stringify(schema)},"strict":true}}]`;
  assert.equal(withTools(inText), lineOfTool(`{"name":"w","parameters":${schema},"strict":true}`));
  assert.equal(
    withTools(JSON.stringify(inText)),
    lineOfTool(`{"name":"w","parameters":${schema},"strict":true}`),
  );
});

void test('half a surrogate pair in a tool is rejected, and an escaped backslash before ud83d is none', () => {
  assert.equal(withTools('[{"name":"w","description":"\\ud83d"}]'), 'lone_surrogate');
  assert.equal(
    withTools('[{"name":"w","description":"\\\\ud83d"}]'),
    lineOfTool('{"name":"w","description":"\\\\ud83d"}'),
  );
});

void test('the spelling is found where a row repeats its columns and hides them in texts', () => {
  const call = (n: string): string => `[{"name":"w","arguments":{"n":${n}}}]`;
  const message = `{"role":"assistant","content":"","tool_calls":${JSON.stringify(call('3.0'))}}`;
  const row = `{"messages":[],"messages":${JSON.stringify(`[${question},${message}]`)}}`;
  const result = convertRow('messages', row);
  assert.equal(typeof result === 'string' ? result : result.line, lineOfCall('{"n":3.0}'));
});

void test('arguments and tools may nest 500 levels deep, and what is not read as deep as it likes', () => {
  const nested = (levels: number): string => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1);
  assert.equal(withArguments(nested(maxNesting)), lineOfCall(nested(maxNesting)));
  for (const levels of [maxNesting + 1, 100_000]) {
    assert.equal(withArguments(nested(levels)), 'bad_arguments');
    assert.equal(withArguments(JSON.stringify(nested(levels))), 'bad_arguments');
    assert.equal(withTools(`[{"name":"w","parameters":${nested(levels)}}]`), 'bad_tools');
    assert.equal(withTools(`[{"name":"w","parameters":${JSON.stringify(nested(levels))}}]`), 'bad_tools');
  }
  // Parameters are one level of their function, however they are written.
  for (const write of [(text: string) => text, JSON.stringify]) {
    const tools = (levels: number): string => `[{"name":"w","parameters":${write(nested(levels))}}]`;
    assert.equal(withTools(tools(maxNesting)), 'bad_tools');
    const line = withTools(tools(maxNesting - 1));
    assert.equal(line, lineOfTool(`{"name":"w","parameters":${nested(maxNesting - 1)}}`));
    const again = convertRow('messages', line);
    assert.equal(typeof again === 'string' ? again : again.line, line);
  }
  const deep = `{"deep":${nested(100_000)},"context":${nested(100_000)},"messages":[${question},${answer}],"tools":[{"name":"w","n":1.0}]}`;
  const result = convertRow('messages', deep);
  assert.deepEqual(typeof result === 'string' ? result : [result.line, result.unread], [
    lineOfTool('{"name":"w","n":1.0}'),
    [],
  ]);
});

void test('the reader of a canonical line gives the conversation back, spelling and all', () => {
  for (const line of [
    lineOfTool('{"name":"w","x":{"1":40.0,"0":12345678901234567890}}'),
    lineOfCall('{ "a":1.0}'),
  ])
    assert.equal(canonicalLine(parseCanonicalLine(line)), line);
  assert.deepEqual(parseCanonicalLine(lineOfTool('{"name":"w","n":1.0}')).tools, ['{"name":"w","n":1.0}']);
  assert.throws(() => parseCanonicalLine('{"messages":[{"role":"narrator","content":"x"}]}'));
  assert.throws(() => parseCanonicalLine('{'), SyntaxError);
});
