#!/usr/bin/env node
import { reportFailure } from './command-line/failure.js';
import { createProgram } from './command-line/program.js';
import { endWithClosedOutput } from './text/output.js';

/** The program `headrace`. */
endWithClosedOutput();
const program = await createProgram(process.argv.slice(2));
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, program.opts<{ debug?: boolean }>().debug === true);
}
// The IPC channel and idle threads would keep this process alive.
if (process.connected) process.disconnect();
setTimeout(() => process.exit(), 2_000).unref();
