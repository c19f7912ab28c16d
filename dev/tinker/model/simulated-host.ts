import { setTimeout as sleep } from 'node:timers/promises';
import { initAdam } from './adamw.js';
import type { ModelConfig } from './config.js';
import type { ComputeHost } from './host.js';
import type { LossResult } from './jax-engine.js';
import type { Example } from './jax-engine.js';
import { initLora, type LoraConfig } from './lora.js';
import type { TrainingState } from './runner.js';
import type { SampleRequest, SampleResult } from './sampler.js';
import type { RunnerMethods } from './thread-messages.js';

/** One operation of a simulated model, in milliseconds of the monotonic clock. */
export interface SimulatedOperation {
  readonly method: string;
  readonly startMs: number;
  readonly endMs: number;
}

const logprob = -1;

/**
 * Simulates the timing of the model: answers have the right shapes and no meaning, and every operation that
 * would compute or move weights takes the same time, one after another. For measurements of clients, never
 * for training.
 */
export class SimulatedHost implements ComputeHost {
  readonly #config: ModelConfig;
  readonly latencyMs: number;
  readonly failure = undefined;
  readonly operations: SimulatedOperation[] = [];
  readonly #models = new Map<string, TrainingState>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(config: ModelConfig, latencyMs: number) {
    this.#config = config;
    this.latencyMs = latencyMs;
  }

  async call<M extends keyof RunnerMethods>(
    method: M,
    ...args: Parameters<RunnerMethods[M]>
  ): Promise<Awaited<ReturnType<RunnerMethods[M]>>> {
    const done = this.#turn.then(() => this.#perform(method, args));
    this.#turn = done.catch(() => undefined);
    return (await done) as Awaited<ReturnType<RunnerMethods[M]>>;
  }

  async close(): Promise<void> {
    await this.#turn;
  }

  async #perform(method: keyof RunnerMethods, args: readonly unknown[]): Promise<unknown> {
    const answer = this.#answers[method](...(args as never[]));
    if (method === 'unloadModel' || method === 'closeSampler' || method === 'config') return answer;
    const startMs = performance.now();
    await sleep(this.latencyMs);
    this.operations.push({ method, startMs, endMs: performance.now() });
    return answer;
  }

  readonly #answers: Record<keyof RunnerMethods, (...args: never[]) => unknown> = {
    config: () => this.#config,
    createModel: (id: string, lora: LoraConfig) => {
      const params = initLora(this.#config, lora);
      this.#models.set(id, { lora, params, adam: initAdam(params) });
    },
    loadModel: (
      id: string,
      lora: LoraConfig,
      params: TrainingState['params'],
      adam: TrainingState['adam'] | undefined,
    ) => void this.#models.set(id, { lora, params, adam: adam ?? initAdam(params) }),
    unloadModel: (id: string) => void this.#models.delete(id),
    forward: (_id: string, examples: readonly Example[]) => lossOf(examples),
    forwardBackward: (_id: string, examples: readonly Example[]) => lossOf(examples),
    optimStep: (id: string) => {
      const { adam } = this.#model(id);
      adam.step += 1;
      return { gradientNorm: 0, step: adam.step };
    },
    exportState: (id: string) => this.#model(id),
    openSampler: () => undefined,
    openSamplerOfModel: () => undefined,
    closeSampler: () => undefined,
    sample: (_id: string, request: SampleRequest): SampleResult => ({
      sequences: Array.from({ length: request.numSamples }, () => ({
        tokens: new Int32Array(1),
        logprobs: new Float32Array([logprob]),
        stopReason: 'length' as const,
      })),
      promptLogprobs: request.promptLogprobs
        ? new Float32Array(request.prompt.length).fill(logprob)
        : undefined,
    }),
  };

  #model(id: string): TrainingState {
    const model = this.#models.get(id);
    if (model === undefined) throw new Error(`Model ${id} is not loaded`);
    return model;
  }
}

function lossOf(examples: readonly Example[]): LossResult {
  const logprobs = examples.map(({ targets }) => new Float32Array(targets.length).fill(logprob));
  const lossSum = examples.reduce(
    (sum, { weights }) => sum - logprob * weights.reduce((total, weight) => total + weight, 0),
    0,
  );
  return { logprobs, lossSum };
}
