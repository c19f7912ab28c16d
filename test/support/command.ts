import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
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

/** A command whose reader had enough of its output. */
export interface UnreadResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** What is left of a command that ended because nobody read its output. */
export const endedUnread: UnreadResult = { code: 141, signal: null, stderr: '' };

/** Runs `headrace …` with a reader of stdout that has enough at once, or after the first bytes. */
export async function headraceUnread(
  args: readonly string[],
  env: Record<string, string>,
  enough: 'at once' | 'after some bytes' = 'at once',
): Promise<UnreadResult> {
  const child = spawn(process.execPath, [programPath, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (enough === 'after some bytes') await once(child.stdout, 'readable');
  child.stdout.destroy();
  const [stderr, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, string | null]>,
  ]);
  return { code, signal, stderr };
}

/** Asserts the exit code, that the output matches each of `texts`, and that it shows no stack of calls. */
export function assertOutput(result: CommandResult, code: number, ...texts: RegExp[]): void {
  const output = `${result.stdout}\n${result.stderr}`;
  assert.equal(result.code, code, output);
  for (const each of texts) assert.match(output, each);
  assert.ok(!/\n\s+at .*\.js:\d+/.test(output), `a stack is shown:\n${output}`);
}
