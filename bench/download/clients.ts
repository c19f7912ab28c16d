import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonEnvironment } from '../../dev/python/environment.js';
import type { Command } from '../measure.js';

/** What a client downloads. */
export interface Download {
  readonly endpoint: string;
  readonly dataset: string;
  /** Of the dataset's files. */
  readonly paths: readonly string[];
}

/** A program that downloads every file of a dataset into a folder. */
export interface Client {
  readonly name: string;
  command(download: Download, folder: string): Promise<Command>;
}

/** Headrace and other clients, in the order of the table. The first run of `hf` installs it. */
export const clients: readonly Client[] = [
  nodeClient('headrace', './ours.js'),
  {
    name: '`hf download`',
    command: async ({ endpoint, dataset }, folder) => {
      const { python, binDir } = await pythonEnvironment('hub');
      return {
        file: python,
        args: [join(binDir, 'hf'), 'download', dataset, '--repo-type', 'dataset', '--quiet'],
        env: { ...process.env, HF_ENDPOINT: endpoint, HF_HOME: folder, HF_HUB_DISABLE_PROGRESS_BARS: '1' },
      };
    },
  },
  nodeClient('`@huggingface/hub` snapshotDownload', './hub-js.js'),
  { name: 'curl, a connection a file', command: (...given) => Promise.resolve(curl(...given)) },
];

function nodeClient(name: string, program: string): Client {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return {
    name,
    command: ({ endpoint, dataset }, folder) =>
      Promise.resolve({ file: process.execPath, args: [path, endpoint, folder, dataset] }),
  };
}

function curl({ endpoint, dataset, paths }: Download, folder: string): Command {
  const flags = ['--silent', '--show-error', '--fail', '--location', '--parallel', '--parallel-immediate'];
  const targets = paths.flatMap((path, index) => [
    '--output',
    join(folder, String(index)),
    `${endpoint}/datasets/${dataset}/resolve/main/${path}`,
  ]);
  return { file: 'curl', args: [...flags, '--continue-at', '-', ...targets] };
}
