const runKey = 'headrace';

/** Marks a session of a run, by which the server's billing is found. */
export function sessionMetadata(runName: string): Readonly<Record<string, string>> {
  return { [runKey]: runName };
}

/** Whether a session is one of the run. */
export function isOfRun(metadata: Readonly<Record<string, string>>, runName: string): boolean {
  return metadata[runKey] === runName;
}
