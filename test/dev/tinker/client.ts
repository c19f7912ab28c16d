import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeRandomModel } from '../../../dev/tinker/model/random-model.js';
import {
  startTinkerServer,
  type TinkerServer,
  type TinkerServerOptions,
} from '../../../dev/tinker/server/index.js';
import { temporaryFolder } from '../../support/folder.js';

/** A bare client: what is under test is the server, so requests are written by hand. */
export class Api {
  readonly #key: string | null;

  constructor(
    readonly url: string,
    key: string | null = 'tml-test',
  ) {
    this.#key = key;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const binary = body instanceof Uint8Array;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.#key !== null && { 'x-api-key': this.#key }),
        ...(body !== undefined && { 'content-type': binary ? 'application/x-protobuf' : 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: binary ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      bytes,
      body: json ? parse(JSON.parse(new TextDecoder().decode(bytes))) : {},
    };
  }

  async post(path: string, body: unknown) {
    return this.request('POST', `/api/v1/${path}`, body);
  }

  async get(path: string) {
    return this.request('GET', `/api/v1/${path}`);
  }

  /** Submits and waits for the result, which must not be a failure. */
  async run(path: string, body: unknown): Promise<Answer> {
    const { status, body: submitted } = await this.post(path, body);
    assert.equal(status, 200, JSON.stringify(submitted));
    const result = await this.result(String(submitted['request_id']));
    assert.equal(result['error'], undefined);
    return result;
  }

  async result(requestId: string): Promise<Answer> {
    for (;;) {
      const { status, body } = await this.post('retrieve_future', { request_id: requestId });
      if (status === 408 || body['type'] === 'try_again') continue;
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    }
  }

  async session(): Promise<string> {
    return String((await this.post('create_session', { tags: [] })).body['session_id']);
  }

  /** A session with one model of rank 4. */
  async model(seed = 1): Promise<{ readonly sessionId: string; readonly modelId: string }> {
    const sessionId = await this.session();
    const lora_config = { rank: 4, seed };
    await this.run('create_model', {
      session_id: sessionId,
      model_seq_id: 0,
      base_model: baseModel,
      lora_config,
    });
    return { sessionId, modelId: `${sessionId}:train:0` };
  }
}

export const baseModel = 'headrace/random-qwen3';

export type Answer = Record<string, unknown>;
const parse = (value: unknown): Answer => z.record(z.string(), z.unknown()).parse(value);

/** Log-probabilities of a JSON result, one list a datum. */
export function logprobsOf(result: Answer): readonly (readonly number[])[] {
  const schema = z.array(z.object({ logprobs: z.object({ data: z.array(z.number()) }) }));
  return schema.parse(result['loss_fn_outputs']).map(({ logprobs }) => logprobs.data);
}

/** A datum over bytes: predicts each character from those before it. */
export function datum(text: string) {
  const tokens = [...Buffer.from(text)];
  const targets = tokens.slice(1);
  return {
    model_input: { chunks: [{ type: 'encoded_text', tokens: tokens.slice(0, -1) }] },
    loss_fn_inputs: {
      target_tokens: { data: targets, dtype: 'int64', shape: [targets.length] },
      weights: { data: targets.map(() => 1 / targets.length), dtype: 'float32', shape: [targets.length] },
    },
  };
}

export function forwardBackward(modelId: string, seqId: number, texts: readonly string[]) {
  return {
    model_id: modelId,
    seq_id: seqId,
    forward_backward_input: { loss_fn: 'cross_entropy', data: texts.map(datum) },
  };
}

export function optimStep(modelId: string, seqId: number, learningRate = 0.01) {
  return { model_id: modelId, seq_id: seqId, adam_params: { learning_rate: learningRate } };
}

export interface RandomServer {
  readonly server: TinkerServer;
  readonly api: Api;
  readonly modelDir: string;
  readonly stateDir: string;
}

/** A server in this process, over a model with random weights. */
export async function startRandomServer(options: Partial<TinkerServerOptions> = {}): Promise<RandomServer> {
  const dir = await temporaryFolder();
  const modelDir = join(dir, 'model');
  const stateDir = join(dir, 'state');
  await writeRandomModel(modelDir);
  const server = await startTinkerServer({ modelDir, stateDir, port: 0, longPollMs: 5000, ...options });
  return { server, api: new Api(server.url), modelDir, stateDir };
}

const mainJs = fileURLToPath(new URL('../../../dev/tinker/server/main.js', import.meta.url));
const Announced = z.object({ url: z.string(), serverId: z.string() });

/** A server in a process of its own, which a test can kill. */
export async function spawnServer(
  modelDir: string,
  stateDir: string,
): Promise<{ readonly child: ChildProcess; readonly url: string; readonly serverId: string }> {
  const child = spawn(process.execPath, [mainJs, '--model', modelDir, '--state', stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return { child, ...Announced.parse(JSON.parse(text)) };
}

export async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
