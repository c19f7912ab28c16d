/** A client for the Tinker API, usable on its own. */
export { connectTinker } from './connect.js';
export type { ConnectOptions } from './connect.js';
export type { Environment } from './connect/credentials.js';
export { hostedBaseUrl, resolveBaseUrl } from './connect/credentials.js';
export { Tinker } from './tinker.js';
export type { Capabilities, ServerModel, SessionStart } from './tinker.js';
export { TinkerSession } from './session.js';
export type { FinishReason } from './session.js';
export type { LoadOptions, LoraOptions } from './open-model.js';
export { TrainingClient } from './training-client.js';
export type { SaveOptions } from './training-client.js';
export type { AdamParams } from './adam.js';
export { SamplingClient } from './sampling-client.js';
export type { SampleRequest } from './sampling-client.js';
export type { SampledSequence, SampleResult } from './wire/sample.js';
export type { Pending } from './pending.js';
export { crossEntropyDatum } from './datum.js';
export type { Datum, Tensor } from './datum.js';
export type { ForwardBackwardOutput, LossConfig } from './wire/forward-backward.js';
export type { BilledTokens } from './billing.js';
export type { Checkpoint, WeightsInfo } from './checkpoints.js';
export type { AdapterTarget } from './download/download-adapter.js';
export {
  checkCheckpointName,
  checkpointNamePattern,
  formatCheckpointPath,
  parseCheckpointPath,
} from './paths.js';
export type { CheckpointKind, CheckpointPath } from './paths.js';
export { TinkerError } from './errors.js';
export type { TinkerErrorKind } from './errors.js';
export { defaultRetryLimits } from './http/retry-table.js';
export type { RetryLimits } from './http/retry-table.js';
export { decodeMessage, encodeMessage, messageType } from './wire/messages.js';
export type { WireMessage } from './wire/messages.js';
