import type { SamplingClient } from './sampling-client.js';
import type { FinishReason, LoadOptions, LoraOptions, TinkerSession } from './session.js';
import {
  connectTinker,
  type Capabilities,
  type ConnectOptions,
  type SessionStart,
  type Tinker,
} from './tinker.js';
import type { TrainingClient } from './training-client.js';

/** Where to connect, and what the session is called. */
export type ServiceClientOptions = ConnectOptions & Omit<SessionStart, 'signal'>;

/**
 * The way in, in the shape of the official SDK's `ServiceClient`: one connection and one session, both made when they are first
 * needed. {@link connectTinker} gives the two by themselves, for several sessions over one connection.
 */
export class ServiceClient {
  private connection: Promise<Tinker> | undefined;
  private session: Promise<TinkerSession> | undefined;

  constructor(private readonly options: ServiceClientOptions = {}) {}

  /** What needs no session: checkpoints, their TTLs, their downloads. @throws {TinkerError} as `connectTinker`. */
  rest(): Promise<Tinker> {
    return (this.connection ??= forgetful(connectTinker(this.options), () => (this.connection = undefined)));
  }

  async getServerCapabilities(): Promise<Capabilities> {
    return (await this.rest()).capabilities(this.options.signal);
  }

  /** A new LoRA on a base model. @param lora `rank` is 32 where it is absent. */
  async createLoraTrainingClient(
    lora: Omit<LoraOptions, 'rank'> & { readonly rank?: number },
  ): Promise<TrainingClient> {
    return (await this.open()).createLoraTrainingClient({ rank: 32, ...lora });
  }

  /** A new run with the weights of a `tinker://…/weights/…` path and an optimizer that starts anew. */
  createTrainingClientFromState(
    path: string,
    options: Omit<LoadOptions, 'optimizer'> = {},
  ): Promise<TrainingClient> {
    return this.load(path, { ...options, optimizer: false });
  }

  /** A new run that goes on exactly where the state was saved. */
  createTrainingClientFromStateWithOptimizer(
    path: string,
    options: Omit<LoadOptions, 'optimizer'> = {},
  ): Promise<TrainingClient> {
    return this.load(path, { ...options, optimizer: true });
  }

  async createSamplingClient(
    from: { readonly baseModel: string } | { readonly modelPath: string },
  ): Promise<SamplingClient> {
    return (await this.open()).createSamplingClient(from);
  }

  /** Ends the session, where there is one. The next call opens another. */
  async close(reason: FinishReason = 'success'): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (session !== undefined) await (await session).finish(reason);
  }

  private async load(path: string, options: LoadOptions): Promise<TrainingClient> {
    return (await this.open()).createFromState(path, options);
  }

  private open(): Promise<TinkerSession> {
    return (this.session ??= forgetful(
      this.rest().then((tinker) => tinker.openSession(this.options)),
      () => (this.session = undefined),
    ));
  }
}

/** What failed is tried anew by the next call. */
function forgetful<T>(made: Promise<T>, forget: () => void): Promise<T> {
  made.catch(forget);
  return made;
}
