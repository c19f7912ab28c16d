import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes `rows` conversations as JSON Lines, the same bytes every time: reasoning in the first, an answer of
 * weight 0 in the second, a call with its result in the third, tools in the fourth, and so on. One row in a
 * thousand has reasoning that is no text.
 */
export async function writeAgentConversations(path: string, rows: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Array.from({ length: rows }, (_, row) => `${agentRow(row)}\n`).join(''));
}

function agentRow(row: number): string {
  const reasoning = row % 1000 === 500 ? { steps: 1 } : `It is row ${row}.`;
  const asked = { role: 'user', content: `What is in row ${row}?` };
  const answer = { role: 'assistant', content: `Nothing but ${row}.` };
  const result = { role: 'tool', tool_call_id: `c${row}`, content: `${row}` };
  switch (row % 4) {
    case 0:
      return JSON.stringify({ messages: [asked, { ...answer, reasoning_content: reasoning }], context: 'c' });
    case 1:
      return JSON.stringify({
        messages: [asked, { ...answer, content: 'No.', weight: 0 }, { role: 'user', content: 'So?' }, answer],
      });
    case 2:
      return JSON.stringify({ messages: [asked, callOf(row), result, answer] }).replace('"N"', `1${row}.0`);
    default:
      return JSON.stringify({
        messages: [{ role: 'system', content: ' ' }, asked, callOf(row), result, answer],
        tools: [{ name: 'read', parameters: { type: 'object', maximum: 'N' } }],
      }).replaceAll('"N"', `12345678901234567890`);
  }
}

/** `N` stands for a number that JSON.stringify would spell in its own way. */
function callOf(row: number): object {
  const call = { name: 'read', arguments: { row: 'N' } };
  return { role: 'assistant', content: null, tool_calls: [{ id: `c${row}`, function: call }] };
}
