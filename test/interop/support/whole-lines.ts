import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../../files/package-path.js';
import { writeAgentConversations } from '../../support/agent-conversations.js';
import { workbench } from '../../support/local-sources.js';

export interface MixedLines {
  /** A train.jsonl. */
  readonly file: string;
  readonly lines: readonly string[];
}

const bench = await workbench();
const inDemo = packagePath('dev/corpora/data/local/helper_tools_reasoning.jsonl');

/** Lines with reasoning, tools, calls, results, weights and names; some calls and results have no id. */
export async function wholeLines(): Promise<MixedLines> {
  const dir = await bench.folder();
  const agents = join(dir, 'agents.jsonl');
  await writeAgentConversations(agents, 40);
  const more = join(dir, 'more.jsonl');
  const call = { function: { name: 'look', arguments: { at: ['é', null] } } };
  const rows = Array.from({ length: 8 }, (_, row) => ({
    messages: [
      { role: 'system', content: 'S' },
      { role: 'user', content: `q${row}`, name: 'ann' },
      {
        role: 'assistant',
        content: 'Let me look.',
        reasoning: row % 2 === 0 ? 'r' : null,
        tool_calls: [call],
      },

      { role: 'tool', content: 'found', name: 'look' },
      { role: 'assistant', content: 'ok' },
    ],
    tools: [{ name: 'look', parameters: '{"properties": {"at": {"type": ["array", "null"]}}}' }],
  }));
  await writeFile(more, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { out, lines } = await bench.mixFiles([inDemo, agents, more]);
  return { file: join(out, 'train.jsonl'), lines };
}

/** Lines of the demo's source, of which some have calls. */
export async function linesWithCalls(): Promise<MixedLines> {
  const { out, lines } = await bench.mixFiles([inDemo]);
  return { file: join(out, 'train.jsonl'), lines };
}

/** Four lines of the demo's source with reasoning, without tools, calls and weights. */
export async function reasoningLines(reasoning: 'field' | 'inline'): Promise<MixedLines> {
  const { lines: all } = await linesWithCalls();
  const only = join(await bench.folder(), 'reasoning.jsonl');
  await writeFile(
    only,
    all
      .filter((line) => /reasoning_content/.test(line) && !/"tools"|"weight"/.test(line))
      .map((line) => `${line}\n`)
      .join(''),
  );
  const { out, lines } = await bench.mixFiles([only], { reasoning, rows: 4 });
  return { file: join(out, 'train.jsonl'), lines };
}
