import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `pip` installs beside us, pinned so that a table can be made again. */
const packages = ['huggingface_hub==2.4.0', 'hf-xet==1.8.0'] as const;

/** A program that downloads every file of a dataset into a folder. */
export interface Peer {
  readonly name: string;
  command(
    endpoint: string,
    folder: string,
  ): { readonly file: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv };
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The four, in the order of the table. Python's is installed into `benchDir` where it is missing. */
export async function makePeers(
  benchDir: string,
  dataset: string,
  paths: readonly string[],
): Promise<Peer[]> {
  const python = await pythonWithHub(join(benchDir, 'python'));
  const node = (name: string, script: string): Peer => ({
    name,
    command: (endpoint, folder) => ({
      file: process.execPath,
      args: [here(script), endpoint, folder, dataset],
      env: process.env,
    }),
  });
  return [
    node('headrace', './ours.js'),
    {
      name: '`hf download`',
      command: (endpoint, folder) => ({
        file: python,
        args: [join(python, '..', 'hf'), 'download', dataset, '--repo-type', 'dataset', '--quiet'],
        env: { ...process.env, HF_ENDPOINT: endpoint, HF_HOME: folder, HF_HUB_DISABLE_PROGRESS_BARS: '1' },
      }),
    },
    node('`@huggingface/hub` snapshotDownload', './hub-js.js'),
    {
      name: 'curl, a connection a file',
      command: (endpoint, folder) => ({
        file: 'curl',
        args: [
          '--silent',
          '--show-error',
          '--fail',
          '--location',
          '--parallel',
          '--parallel-immediate',
          '--continue-at',
          '-',
          ...paths.flatMap((path, index) => [
            '--output',
            join(folder, String(index)),
            `${endpoint}/datasets/${dataset}/resolve/main/${path}`,
          ]),
        ],
        env: process.env,
      }),
    },
  ];
}

async function pythonWithHub(dir: string): Promise<string> {
  const python = join(dir, 'bin', 'python');
  const marker = join(dir, 'bin', 'hf');
  const isThere = await access(marker).then(
    () => true,
    () => false,
  );
  if (isThere) return python;
  await mkdir(dir, { recursive: true });
  process.stderr.write(`Installing ${packages.join(', ')} into ${dir}\n`);
  await run('python3', ['-m', 'venv', dir]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  return python;
}
