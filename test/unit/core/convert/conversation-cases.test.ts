import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalLine, parseCanonicalLine } from '../../../../core/convert/conversation/canonical-line.js';
import { conversationCases } from '../../../support/conversation-cases.js';
import { convertRow } from '../../../support/convert-row.js';

for (const { name, line, reason, ...given } of conversationCases)
  void test(`case ${given.case}: ${name}`, () => {
    const result = convertRow(given.format, given.row, given.options);
    if (typeof result === 'string' || reason !== null) assert.equal(result, reason);
    else {
      const { unread, blankSystem, trailing } = result;
      assert.equal(result.line, line);
      assert.deepEqual(
        { unread, blankSystem, trailing },
        { unread: given.unread, blankSystem: given.blank_system, trailing: given.trailing > 0 },
      );
    }
  });

void test('a canonical line read as messages is itself, and its reader gives the conversation', () => {
  for (const { line } of conversationCases) {
    if (line === null) continue;
    const result = convertRow('messages', line);
    assert.ok(typeof result !== 'string', line);
    const { unread, blankSystem, trailing } = result;
    assert.deepEqual([result.line, unread, blankSystem, trailing], [line, [], 0, false]);
    assert.equal(canonicalLine(parseCanonicalLine(line)), line);
  }
});
