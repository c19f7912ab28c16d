import { request } from '../../../dev/corpora/talk.js';
import type { Random } from '../../../dev/corpora/random.js';
import type { SourceSummary } from '../../../core/contracts/conversion.js';

/** Rows in the schema of a public data set, and what is to become of them. */
export interface DataSet {
  /** By path: `datasets/OWNER/NAME/…` as the Hub has them, or relative to the working directory. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** The lines of train.jsonl, in any order. */
  readonly lines: readonly string[];
  /** Counts that are not zero, beside rows and conversations. */
  readonly counts?: Partial<Counts>;
}

export type Counts = Pick<SourceSummary, 'filtered' | 'unread' | 'blankSystem' | 'trailing' | 'holds'>;

export const nothingHeld = { reasoning: 0, tools: 0, toolCalls: 0, weight: 0, names: 0 } as const;

export const rowsOfEach = 24;

/** A question, a thought and an answer, unlike those of every other `index`. */
export interface Exchange {
  readonly index: number;
  readonly question: string;
  readonly thought: string;
  readonly answer: string;
  readonly goal: string;
}

export function exchanges(random: Random): Exchange[] {
  return Array.from({ length: rowsOfEach }, (_, index) => {
    const { ask, steps, tip, goal } = request(random);
    return {
      index,
      question: `${ask} (${index})`,
      thought: `It is about ${goal}.\n\nFirst "${steps[0]}", then the rest – number ${index}.`,
      answer: `1. ${steps[0]}\n2. ${steps[1]}\nRemember: ${tip}.`,
      goal,
    };
  });
}

/** A message of train.jsonl; its members stand in this order. */
export interface ExpectedMessage {
  readonly role: string;
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
  readonly tool_call_id?: string;
  readonly name?: string;
  readonly weight?: 0;
}

export const user = (content: string): ExpectedMessage => ({ role: 'user', content });
export const assistant = (content: string): ExpectedMessage => ({ role: 'assistant', content });
export const system = (content: string): ExpectedMessage => ({ role: 'system', content });

/** The line of train.jsonl. `tools` is JSON text of the list, in which numbers keep their spelling. */
export function expectedLine(messages: readonly ExpectedMessage[], tools?: string): string {
  const list = `"messages":${JSON.stringify(messages)}`;
  return tools === undefined ? `{${list}}` : `{${list},"tools":${tools}}`;
}

export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A dataset card that says which files a config or split has. */
export function card(
  configs: readonly { readonly config: string; readonly split: string; readonly path: string }[],
): string {
  const entries = configs.map(
    ({ config, split, path }) =>
      `- config_name: ${config}\n  data_files:\n  - split: ${split}\n    path: ${path}\n`,
  );
  return `---\nconfigs:\n${entries.join('')}---\n`;
}
