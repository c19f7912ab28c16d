import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejectReasons, type RejectReason } from '../../../../core/contracts/conversion.js';
import { convertRow } from '../../../support/convert-row.js';

/** What makes a row be rejected for a reason, as members of its messages or as columns. */
const faults: Readonly<
  Partial<Record<RejectReason, { readonly message?: object; readonly column?: object }>>
> = {
  bad_history: { column: { history: ['x'] } },
  unknown_role: { message: { role: 'narrator', content: 'x' } },
  content_not_text: { message: { role: 'user', content: 5 } },
  not_only_text: { message: { role: 'user', content: [{ type: 'image' }] } },
  unknown_part: { message: { role: 'user', content: [{ type: 'x' }] } },
  part_order: {
    message: {
      role: 'assistant',
      content: [
        { type: 'text', text: 'a' },
        { type: 'thinking', thinking: 'r' },
      ],
    },
  },
  bad_reasoning: { message: { role: 'assistant', content: 'a', reasoning: { x: 1 } } },
  bad_tool_call: { message: { role: 'assistant', content: 'a', tool_calls: [5] } },
  bad_arguments: { message: { role: 'assistant', content: 'a', tool_calls: [{ name: 'w', arguments: 5 }] } },
  bad_tools: { column: { tools: 'x' } },
  bad_weight: { message: { role: 'assistant', content: 'a', weight: 2 } },
  blank_content: { message: { role: 'user', content: ' ' } },
  lone_surrogate: { message: { role: 'user', content: '\ud83d' } },
};

function row(...reasons: readonly (keyof typeof faults)[]): object {
  const found = reasons.map((reason) => faults[reason]);
  const messages = found.flatMap((fault) => fault?.message ?? []);
  const last = { role: 'assistant', content: 'a' };
  return Object.assign(
    { prompt: [{ role: 'user', content: 'q' }, ...messages], response: [last] },
    ...found.map((fault) => fault?.column),
  );
}

void test('of two reasons the first in the table counts, whichever comes first in the row', () => {
  const known = rejectReasons.filter((reason) => faults[reason] !== undefined);
  assert.equal(known.length, 13);
  for (const [place, first] of known.entries())
    for (const second of known.slice(place)) {
      assert.equal(convertRow('prompt-response', row(first, second)), first, `${first}, ${second}`);
      assert.equal(convertRow('prompt-response', row(second, first)), first, `${second}, ${first}`);
    }
});
