/**
 * The reason with which a segment's signal is aborted where it should save and return where it stands: a pause, a cancel
 * that somebody waits for, a worker that shuts down. Any other reason ends it at once.
 */
export class StopAndSave extends Error {
  override readonly name = 'StopAndSave';

  constructor(message = 'The training was asked to save and stop') {
    super(message);
  }
}

export function isStopAndSave(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof StopAndSave;
}
