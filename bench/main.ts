import { parseArgs } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../core/errors.js';
import type { Bench } from './bench.js';
import { downloadBench } from './download/download-bench.js';
import { scaleBench } from './scale/scale-bench.js';
import { storeBench } from './store/store-bench.js';
import { mixBench } from './mix/mix-bench.js';
import { tokeniseBench } from './tokenise/tokenise-bench.js';
import { trainBench } from './train/train-bench.js';

/**
 * `npm run bench -- <name> [options]` measures and prints the result in Markdown; `--help` lists names and
 * options.
 */
const benches: Readonly<Record<string, Bench>> = {
  mix: mixBench,
  download: downloadBench,
  scale: scaleBench,
  store: storeBench,
  tokenise: tokeniseBench,
  train: trainBench,
};

function usage(): string {
  const parts = Object.entries(benches).map(([name, { summary, options }]) =>
    [`${name}: ${summary}`, ...Object.entries(options.shape).map(optionLine)].join('\n'),
  );
  return ['Usage: npm run bench -- <name> [options]', ...parts].join('\n\n').concat('\n');
}

function optionLine([name, type]: [string, z.core.$ZodType]): string {
  const value = z.safeParse(type, undefined).data;
  const byDefault = typeof value === 'string' || typeof value === 'number' ? ` (default ${value})` : '';
  return `  --${name.padEnd(14)}${z.globalRegistry.get(type)?.description ?? ''}${byDefault}`;
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || args.includes('--help')) {
    process.stdout.write(usage());
    return 0;
  }
  const bench = benches[name];
  if (bench === undefined) {
    process.stderr.write(usage());
    return 2;
  }
  const texts = Object.keys(bench.options.shape).map((option) => [option, { type: 'string' }] as const);
  const options = Object.fromEntries(texts);
  try {
    const { values } = parseArgs({ args, options });
    process.stdout.write(await bench.run(values));
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
