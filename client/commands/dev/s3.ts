import type { Command } from 'commander';
import { defined } from '../../../core/defined.js';
import { devBucket } from '../../../dev/stack/s3-store.js';
import { action } from '../../command-line/action.js';
import { integer } from '../../command-line/arguments.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { parentProcess } from '../../process/parent-process.js';
import { print } from '../../text/output.js';
import { stateDir } from './state-dir.js';
import { untilEnded } from './until-ended.js';

interface DevS3Options {
  readonly port?: number;
  readonly state?: string;
}

export function register(dev: Command): void {
  dev
    .command('s3')
    .description(`start an S3 server alone, with the bucket ${devBucket} and a key of its own`)
    .option('--port <n>', 'default: a free one', integer)
    .option('--state <dir>', 'default: dev/s3 in the store')
    .addHelpText(
      'after',
      exampleText(['dev s3 --port 9002', 'for AWS_ENDPOINT_URL_S3=http://127.0.0.1:9002']),
    )
    .action(action(serveS3));
}

async function serveS3({ port, state }: DevS3Options): Promise<ExitCode> {
  const { startS3 } = await import('../../../dev/s3/server.js');
  const parent = parentProcess();
  const folder = stateDir('s3', state);
  const server = await startS3({
    stateDir: folder,
    buckets: [devBucket],
    ...defined({ port }),
    log: (line) => parent.log(line),
    signal: parent.signal,
  });
  print(`S3 development server at ${server.url}, bucket ${devBucket}; its key is in ${server.keyPath}`);
  parent.ready({ url: server.url, pid: String(server.process.pid) });
  await untilEnded('The S3 server', server, parent.signal);
  return exitCodes.done;
}
