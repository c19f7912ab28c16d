/** The exit codes of the command line. docs/cli.md documents them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  needsPerson: 3,
  cancelled: 4,
  interrupted: 130,
  outputClosed: 141,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
