import { join, resolve } from 'node:path';
import { defaultStoreRoot } from '../../activities/artifacts/store.js';
import { shippedHubRoot, shippedModelDir } from '../../dev/stack/shipped.js';
import { localHubToken } from '../../dev/stack/stack.js';
import { supervisor, untilAborted } from '../../dev/stack/part.js';
import { defined } from '../../core/defined.js';

export interface DevServerOptions {
  readonly port?: number;
  readonly uiPort?: number;
  readonly state?: string;
  /** Folder of the local Hub's repositories. */
  readonly root?: string;
  /** Folder of the local Tinker server's model. */
  readonly model?: string;
}

function stateDir(options: DevServerOptions, name: string): string {
  return options.state === undefined ? join(defaultStoreRoot(), 'dev', name) : resolve(options.state);
}

/** `headrace dev temporal`: a dev server with a database file and the web UI, until it is told to end. */
export async function serveTemporal(options: DevServerOptions): Promise<void> {
  const { startTemporal } = await import('../../dev/temporal/server.js');
  const boss = supervisor();
  const server = await startTemporal({
    stateDir: stateDir(options, 'temporal'),
    ...defined({ port: options.port, uiPort: options.uiPort }),
    say: (line) => boss.say(line),
    signal: boss.signal,
  });
  process.stdout.write(`Temporal development server at ${server.address}, web UI ${server.uiUrl}\n`);
  boss.ready({ address: server.address, ui: server.uiUrl, pid: String(server.process.pid) });
  await Promise.race([untilAborted(boss.signal), server.exited]);
  const died = !boss.signal.aborted;
  await server.close();
  if (died) throw new Error('The Temporal server ended by itself; see its log in the state folder');
}

/** `headrace dev hub`: a Hugging Face Hub over a folder of repositories. */
export async function serveHub(options: DevServerOptions): Promise<void> {
  const { startHub } = await import('../../dev/hub/index.js');
  const boss = supervisor();
  const hub = await startHub({
    root: resolve(options.root ?? shippedHubRoot),
    ...defined({ port: options.port }),
    tokens: { [localHubToken]: 'demo' },
  });
  process.stdout.write(`Local Hub at ${hub.url} (development server); its token is ${localHubToken}\n`);
  boss.ready({ url: hub.url });
  await untilAborted(boss.signal);
  await hub.close();
}

/** `headrace dev tinker`: a Tinker server that trains a small model for real, for development. */
export async function serveTinker(options: DevServerOptions): Promise<void> {
  const { startTinkerServer } = await import('../../dev/tinker/server/index.js');
  const boss = supervisor();
  const server = await startTinkerServer({
    modelDir: resolve(options.model ?? shippedModelDir),
    stateDir: stateDir(options, 'tinker'),
    ...defined({ port: options.port }),
  });
  process.stdout.write(`Local Tinker development server at ${server.url}\n`);
  boss.ready({ url: server.url });
  await untilAborted(boss.signal);
  await server.close();
}
