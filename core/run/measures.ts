import type { Activities } from '../contracts/activities.js';
import type { Counter, Measure } from './meter.js';

type MeasuresOf = {
  readonly [Name in keyof Activities]?: (
    output: Awaited<ReturnType<Activities[Name]>>,
    input: Parameters<Activities[Name]>[0],
  ) => readonly Measure[];
};

const measures: MeasuresOf = {
  downloadFiles: ({ files, reusedFiles, bytes, fetchedBytes }) => [
    ...split('files', 'fetched', files - reusedFiles, 'there before', reusedFiles),
    ...split('bytes', 'fetched', fetchedBytes, 'there before', Math.max(0, bytes - fetchedBytes)),
  ],
  convertPieces: ({ rows, conversations, rejected, pieces, reusedPieces }) => [
    { counter: 'rows', value: rows },
    ...split('conversations', 'converted', conversations, 'rejected', rejected),
    ...piecesOf('convert', pieces, reusedPieces),
  ],
  groupDialogues: ({ conversations, rejected, pieces, reusedPieces }) => [
    ...split('conversations', 'converted', conversations, 'rejected', rejected),
    ...piecesOf('group', pieces, reusedPieces),
  ],
  finishMix: ({ train, heldout }) => [
    { counter: 'lines', value: train.lines, labels: { file: 'train' } },
    { counter: 'lines', value: heldout.lines, labels: { file: 'heldout' } },
  ],
  tokenisePieces: ({ tokens, pieces, reusedPieces }) => [
    { counter: 'tokens', value: tokens, labels: { what: 'tokenised' } },
    ...piecesOf('tokenise', pieces, reusedPieces),
  ],
  recordSegment: ({ nextStep, tokens }, { from }) => [
    { counter: 'steps', value: nextStep - from },
    { counter: 'tokens', value: tokens, labels: { what: 'trained' } },
    { counter: 'checkpoints', value: 1 },
  ],
};

/** What an activity that has succeeded adds to the counters of its worker. */
export function measuresOf(name: keyof Activities, output: unknown, input: unknown): readonly Measure[] {
  // Its row of the table takes what the activity of that name returns and takes.
  const measure = measures[name] as ((output: unknown, input: unknown) => readonly Measure[]) | undefined;
  return measure?.(output, input) ?? [];
}

function split(counter: Counter, one: string, first: number, other: string, second: number): Measure[] {
  return [
    { counter, value: first, labels: { what: one } },
    { counter, value: second, labels: { what: other } },
  ];
}

function piecesOf(stage: string, pieces: number, reused: number): Measure[] {
  return [
    { counter: 'pieces', value: pieces - reused, labels: { stage, what: 'made' } },
    { counter: 'pieces', value: reused, labels: { stage, what: 'there before' } },
  ];
}
