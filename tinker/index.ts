/** A client for the Tinker API, usable on its own. */
export { ServiceClient } from './service-client.js';
export type { ServiceClientOptions } from './service-client.js';
export { connectTinker, Tinker } from './tinker.js';
export type { Capabilities, ConnectOptions, ServerModel, SessionStart } from './tinker.js';
export { TinkerSession } from './session.js';
export type { FinishReason, LoadOptions, LoraOptions, ModelInfo } from './session.js';
export { TrainingClient } from './training-client.js';
export type { AdamParams, SaveOptions } from './training-client.js';
export { SamplingClient } from './sampling-client.js';
export type { SampledSequence, SampleRequest, SampleResult } from './sampling-client.js';
export type { Checkpoint, WeightsInfo } from './checkpoints.js';
export type { DownloadedAdapter } from './adapter-folder.js';
export { crossEntropyDatum } from './datum.js';
export type { Datum, Tensor } from './datum.js';
export type { ForwardBackwardOutput, LossConfig } from './wire/forward-backward.js';
export type { Pending } from './pending.js';
export { TinkerError } from './errors.js';
export type { TinkerErrorKind } from './errors.js';
export { hostedBaseUrl, resolveBaseUrl } from './credentials.js';
export type { Environment } from './credentials.js';
export { defaultRetryLimits } from './retry-table.js';
export type { RetryLimits } from './retry-table.js';
export {
  checkCheckpointName,
  checkpointNamePattern,
  formatCheckpointPath,
  parseCheckpointPath,
} from './paths.js';
export type { CheckpointKind, CheckpointPath } from './paths.js';
export { decodeMessage, encodeMessage, messageType } from './wire/messages.js';
export type { WireMessage } from './wire/messages.js';
