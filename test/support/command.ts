import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { programPath } from '../../client/command-line/program-path.js';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `headrace …` to its end, `timeoutMs` at most. Nothing of the caller's Temporal, Hub or Tinker settings
 * reaches it.
 */
export async function headrace(
  args: readonly string[],
  env: Record<string, string>,
  cwd = process.cwd(),
  timeoutMs = 900_000,
): Promise<CommandResult> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(HF_|HUGGING|TINKER_|TEMPORAL_|HEADRACE_)/.test(name)),
  );
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [programPath, ...args],
      { env: { ...clean, ...env }, cwd, maxBuffer: 64 << 20, timeout: timeoutMs },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Asserts the exit code, that the output matches each of `texts`, and that it shows no stack of calls. */
export function assertOutput(result: CommandResult, code: number, ...texts: RegExp[]): void {
  const output = `${result.stdout}\n${result.stderr}`;
  assert.equal(result.code, code, output);
  for (const text of texts) assert.match(output, text);
  assert.ok(!/\n\s+at .*\.js:\d+/.test(output), `a stack is shown:\n${output}`);
}
