/** The stages of a run, in order. */
export const stages = [
  'resolve',
  'download',
  'convert',
  'mix',
  'review',
  'tokenise',
  'train',
  'evaluate',
  'report',
] as const;
export type Stage = (typeof stages)[number];
