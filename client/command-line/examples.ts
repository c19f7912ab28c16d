/** A command line after `npx headrace`, and what it is for. */
export type Example = readonly [command: string, purpose?: string];

/** The examples of a command, as its `--help` ends with them. */
export function exampleText(...examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, purpose]) =>
    purpose === undefined
      ? `  $ npx headrace ${command}`
      : `  $ npx headrace ${command.padEnd(width)}  # ${purpose}`,
  );
  return `\nExample${examples.length === 1 ? '' : 's'}:\n${lines.join('\n')}`;
}
