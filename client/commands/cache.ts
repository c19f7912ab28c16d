import type { Command } from 'commander';
import { exampleText } from '../command-line/examples.js';
import { register as registerGc } from './cache/gc.js';
import { register as registerLs } from './cache/ls.js';
import { register as registerVerify } from './cache/verify.js';

export function register(program: Command): void {
  const cache = program
    .command('cache')
    .description('list, verify and clean the store')
    .addHelpText('after', exampleText(['cache ls']));
  for (const registerCommand of [registerLs, registerVerify, registerGc]) registerCommand(cache);
}
