import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalLine, parseCanonicalLine } from '../../../../core/convert/canonical-line.js';
import { conversionRules } from '../../../../core/convert/conversion-rules.js';
import { layoutOf } from '../../../../core/convert/layout.js';
import { createRowConverter, type Outcome } from '../../../../core/convert/row-converter.js';
import { conversationCases, type ConversationCase } from '../../../support/conversation-cases.js';

function convert({ format, options, row }: Pick<ConversationCase, 'format' | 'options' | 'row'>): Outcome {
  const rules = conversionRules(options, layoutOf(format, options.fields));
  return createRowConverter(rules)(JSON.parse(row), () => row);
}

for (const { name, line, reason, unread, ...given } of conversationCases)
  void test(`case ${given.case}: ${name}`, () => {
    const outcome = convert(given);
    if (typeof outcome === 'string' || reason !== null) assert.equal(outcome, reason);
    else {
      assert.equal(canonicalLine(outcome.conversation), line);
      assert.deepEqual(outcome.facts.unread, unread);
      assert.equal(outcome.facts.blankSystem, given.blank_system);
      assert.equal(outcome.facts.trailing, given.trailing > 0);
    }
  });

void test('a canonical line read as messages is itself, and its reader gives the conversation', () => {
  for (const { line } of conversationCases) {
    if (line === null) continue;
    const outcome = convert({ format: 'messages', options: {}, row: line });
    assert.ok(typeof outcome !== 'string', line);
    assert.equal(canonicalLine(outcome.conversation), line);
    assert.deepEqual(
      [outcome.facts.unread, outcome.facts.blankSystem, outcome.facts.trailing],
      [[], 0, false],
    );
    assert.deepEqual(parseCanonicalLine(line), outcome.conversation);
  }
});
