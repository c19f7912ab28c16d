import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { z } from 'zod';
import type { PythonEnvironment } from '../../../dev/python/environment.js';
import { sourceDir } from './source-dir.js';

const timeoutMs = 120_000;

export interface Finished {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one of the Python scripts in `../python/`. It reads `input` as JSON from its standard input and writes
 * its answer as the last line of its standard output.
 *
 * @throws {Error} with its output, where it fails or takes longer than two minutes.
 */
export async function runScript<T>(
  answer: z.ZodType<T>,
  { python }: PythonEnvironment,
  script: string,
  env: Readonly<Record<string, string>>,
  input: unknown = {},
): Promise<T> {
  const { code, signal, stdout, stderr } = await runProgram(
    python,
    [join(sourceDir, script)],
    env,
    JSON.stringify(input),
  );
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0)
    throw new Error(
      `${script} ended with ${code ?? signal}:\n${stdout.slice(-2000)}\n${stderr.slice(-6000)}`,
    );
  return answer.parse(JSON.parse(line));
}

/**
 * Runs a program with `env` on top of an environment that holds no key, address or proxy of the user.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin = '',
): Promise<Finished> {
  const child = spawn(command, args, { env: { ...neutralEnvironment(), ...env }, timeout: timeoutMs });
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

function neutralEnvironment(): NodeJS.ProcessEnv {
  const personal = /^(HF_|HUGGING|TINKER_|CLOUDFLARE_|DATASETS_|AWS_|PYTHON|XDG_)|_PROXY$/i;
  const kept = Object.entries(process.env).filter(([name]) => !personal.test(name));
  return {
    ...Object.fromEntries(kept),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONFAULTHANDLER: '1',
  };
}
