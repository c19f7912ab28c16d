import type { ModelRunner } from './runner.js';

type MethodName = {
  [K in keyof ModelRunner]: ModelRunner[K] extends (...args: never[]) => unknown ? K : never;
}[keyof ModelRunner];

/** Methods of the runner that can be called from the main thread. */
export type RunnerMethods = Pick<ModelRunner, MethodName>;

export interface RunnerCall {
  readonly id: number;
  readonly method: MethodName;
  readonly args: readonly unknown[];
}

export type RunnerReply =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };

export interface RunnerThreadData {
  readonly modelDir: string;
}

/** Id of the reply that the model is loaded. Calls have ids from 0. */
export const readyId = -1;
