import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { standardColumns } from '../../../core/convert/layout.js';
import { conversationCases } from '../../support/conversation-cases.js';
import { temporaryFolder } from '../../support/folder.js';
import { checkedResults } from './mixed-result.js';

void test('the rule as Python states it gives the lines and reasons of the cases', async (context) => {
  const dir = await temporaryFolder(context);
  const results = await checkedResults(
    await Promise.all(
      conversationCases.map(async ({ case: number, format, options, row }) => {
        const path = join(dir, `${number}.jsonl`);
        await writeFile(path, row);
        const columns = Object.fromEntries(
          standardColumns[format].map((column) => [column, options.fields?.[column] ?? column]),
        );
        const source = { name: 's', files: [path], format, columns, ...options };
        return { seed: 1, heldout: { fraction: 0 }, sources: [source] };
      }),
    ),
  );
  for (const [index, { case: number, line, reason, unread, ...counted }] of conversationCases.entries()) {
    const result = results[index];
    assert.ok(result !== undefined && 'train' in result);
    const [source] = result.sources;
    assert.deepEqual(
      {
        train: result.train,
        rejects: result.rejects,
        unread: source?.unread,
        blankSystem: source?.blankSystem,
        trailing: source?.trailing,
      },
      {
        train: line === null ? '' : `${line}\n`,
        rejects: [reason === null ? [] : [[0, 1, reason]]],
        unread: Object.fromEntries(unread.map((name) => [name, 1])),
        blankSystem: counted.blank_system,
        trailing: counted.trailing,
      },
      `case ${number}`,
    );
  }
});
