import { noCounts } from '../../core/convert/findings/counts.js';
import type { SourceFindings } from '../../core/convert/findings/source-findings.js';

/** The findings of a source that is read whole, changed. */
export function sourceFindings(change: Partial<SourceFindings> = {}): SourceFindings {
  const { unread, blankSystem, trailing, holds } = noCounts;
  const nothing = { unread, blankSystem, trailing, holds };
  return {
    name: 'dolly',
    format: 'prompt-response',
    columns: { prompt: 'instruction', response: 'response' },
    converted: 15_011,
    ...nothing,
    ...change,
  };
}

/** What `sourceFindings({ unread: { context: 4467 } })` is in words. */
export const contextNotes: readonly string[] = [
  'dolly: not read, though named like part of the conversation:',
  '  context   in 4,467 of 15,011 conversations',
  '  Read it with `fields` (`format: alpaca`, `fields: { input: context, output: response }`), or leave it out with `ignore: [context]`.',
];
