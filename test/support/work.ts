import type { Progress, WorkContext } from '../../core/progress.js';

/** Work whose progress is dropped. */
export function quietWork(signal: AbortSignal = new AbortController().signal): WorkContext {
  return { signal, progress: () => {} };
}

export interface RecordedWork extends WorkContext {
  readonly reported: Progress[];
}

/** Work whose progress is kept, in order. */
export function recordedWork(signal: AbortSignal = new AbortController().signal): RecordedWork {
  const reported: Progress[] = [];
  return { signal, reported, progress: (progress) => void reported.push(progress) };
}
