import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTinkerAccess, type TinkerAccess } from '../../activities/train/server/tinker-access.js';
import { writeRandomModel } from '../../dev/tinker/model/random-model.js';
import {
  startTinkerServer,
  type TinkerServer,
  type TinkerServerOptions,
} from '../../dev/tinker/server/index.js';
import { postFaults } from './faults.js';
import { temporaryFolder } from './folder.js';
import { sha256 } from './sha256.js';

export const key = 'tml-test';

/** A development server with a random model, and what tests need of it behind the protocol. */
export interface Server extends TinkerServer {
  readonly access: TinkerAccess;
  /** Plays faults on the next requests. */
  fault(...faults: readonly object[]): Promise<void>;
  advance(seconds: number): Promise<void>;
  operations(op: string): Promise<readonly Operation[]>;
  /** What was done in one run, in order. */
  operationsOf(modelId: string): Promise<readonly Operation[]>;
  /** SHA-256 of the file behind a checkpoint path: it holds nothing of the run. */
  fileDigest(path: string): Promise<string>;
}

interface Operation {
  readonly op: string;
  readonly outcome: string;
  readonly modelId?: string;
  readonly sessionId?: string;
  /** Optimiser steps in the model after the operation. */
  readonly step?: number;
  readonly error?: string;
}

export async function startServer(
  options: Pick<TinkerServerOptions, 'sessionLapseSeconds'> = {},
): Promise<Server> {
  const modelDir = await temporaryFolder();
  const stateDir = await temporaryFolder();
  await writeRandomModel(modelDir);
  const server = await startTinkerServer({ modelDir, stateDir, ...options });
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${server.url}/dev/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response;
  };
  const logged = async (filter: string): Promise<readonly Operation[]> => {
    const body = (await (await call('GET', `log?${filter}`)).json()) as { operations: Operation[] };
    return body.operations;
  };
  return {
    ...server,
    access: createTinkerAccess({ env: { TINKER_BASE_URL: server.url, TINKER_API_KEY: key } }),
    fault: (...faults) => postFaults(server.url, ...faults),
    advance: async (advanceSeconds) => {
      await call('POST', 'clock', { advanceSeconds });
    },
    operations: (op) => logged(`op=${op}`),
    operationsOf: (modelId) => logged(`model_id=${encodeURIComponent(modelId)}`),
    fileDigest: async (path) => {
      const [runId = '', kind = '', name = ''] = path.slice('tinker://'.length).split('/');
      const dir = join(stateDir, 'runs', runId.replaceAll(':', '.'), kind);
      for (const file of await readdir(dir)) {
        if (!file.endsWith('.json')) continue;
        const meta = JSON.parse(await readFile(join(dir, file), 'utf8')) as {
          name: string;
          dataFile: string;
        };
        if (meta.name === name) return await sha256(join(dir, meta.dataFile));
      }
      throw new Error(`No file of ${path}`);
    },
  };
}
