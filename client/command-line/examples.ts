/** A command line without `npx headrace`, and its purpose. */
export type Example = readonly [command: string, purpose?: string];

/** The examples at the end of a command's `--help`. */
export function exampleText(...examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, purpose]) =>
    purpose === undefined
      ? `  $ npx headrace ${command}`
      : `  $ npx headrace ${command.padEnd(width)}  # ${purpose}`,
  );
  return `\nExample${examples.length === 1 ? '' : 's'}:\n${lines.join('\n')}`;
}
