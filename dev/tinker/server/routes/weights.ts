/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { encodeState } from '../checkpoints/checkpoint-files.js';
import type { CheckpointMeta } from '../checkpoints/checkpoint-files.js';
import { Problem } from '../problem.js';
import { once } from '../state/sessions.js';
import { parsePath } from '../state/training-models.js';
import type { TrainingModel } from '../state/training-models.js';
import { checkBaseModel, hashBody } from './context.js';
import type { ServerContext } from './context.js';
import {
  LoadWeights,
  SaveWeights,
  SaveWeightsExternal,
  SaveWeightsForSampler,
  WeightsInfo,
} from './schemas.js';

const saveNames = {
  weights: 'save_weights',
  sampler_weights: 'save_weights_for_sampler',
  external_weights: 'save_weights_external',
} as const;

/** Saving, loading and describing weights. */
export function weightsRoutes(app: FastifyInstance, context: ServerContext): void {
  saveRoutes(app, context);
  loadRoutes(app, context);
  app.post('/weights_info', async (request) => {
    const meta = context.checkpoints.get(parsePath(WeightsInfo.parse(request.body).tinker_path));
    return {
      base_model: meta.baseModel,
      is_lora: true,
      lora_rank: meta.lora.rank,
      train_attn: meta.lora.trainAttn,
      train_mlp: meta.lora.trainMlp,
      train_unembed: meta.lora.trainUnembed,
    };
  });
}

function saveRoutes(app: FastifyInstance, context: ServerContext): void {
  const { models } = context;

  app.post('/save_weights', async (request) => {
    const body = SaveWeights.parse(request.body);
    const save = {
      kind: 'weights',
      name: body.path,
      overwrite: body.overwrite,
      ttlSeconds: body.ttl_seconds,
      userMetadata: body.user_metadata ?? {},
    } as const;
    return submitSave(context, models.get(body.model_id), body.seq_id, hashBody(body), save);
  });

  app.post('/save_weights_for_sampler', async (request) => {
    const body = SaveWeightsForSampler.parse(request.body);
    const model = models.get(body.model_id);
    if (typeof body.path !== 'string')
      return submitSnapshot(context, model, body.seq_id, hashBody(body), body.sampling_session_seq_id ?? 0);
    const save = {
      kind: 'sampler_weights',
      name: body.path,
      overwrite: false,
      ttlSeconds: body.ttl_seconds,
      userMetadata: body.user_metadata ?? {},
    } as const;
    return submitSave(context, model, body.seq_id, hashBody(body), save);
  });

  app.post('/save_weights_external', async (request) => {
    const body = SaveWeightsExternal.parse(request.body);
    const save = {
      kind: 'external_weights',
      name: body.path,
      overwrite: false,
      ttlSeconds: body.ttl_seconds,
      userMetadata: {},
    } as const;
    return submitSave(context, models.get(body.model_id), body.seq_id, hashBody(body), save);
  });
}

interface Submitted {
  readonly request_id: string;
  readonly model_id: string;
}

interface Save {
  readonly kind: CheckpointMeta['kind'];
  readonly name: string;
  readonly overwrite: boolean;
  readonly ttlSeconds: number | null | undefined;
  readonly userMetadata: Readonly<Record<string, string>>;
}

/**
 * Queues a save. Unlike other requests, a resent save is answered 409 while its name is used, as users of the
 * hosted service report.
 *
 * @throws {Problem} 409 where the name or the sequence id is used.
 */
function submitSave(
  { checkpoints, host, models }: ServerContext,
  model: TrainingModel,
  seqId: number,
  bodyHash: string,
  { kind, name, overwrite, ttlSeconds, userMetadata }: Save,
): Submitted {
  const path = { runId: model.id, kind, name };
  const earlier = model.sequencer.earlier(seqId, bodyHash);
  if (!overwrite) checkpoints.checkFree(path);
  if (earlier !== undefined) return { request_id: earlier, model_id: model.id };
  checkpoints.reserve(path);
  const op = saveNames[kind];
  const requestId = models.submit(model, seqId, bodyHash, op, async () => {
    try {
      const state = await host.call('exportState', model.id);
      const meta = {
        ...path,
        expiresAt: checkpoints.expiry(ttlSeconds),
        userMetadata: { ...userMetadata },
        baseModel: model.baseModel,
        lora: model.lora,
      };
      const saved = await checkpoints.save(meta, encodeState(state, kind === 'weights'));
      return { outcome: { kind: 'json', body: { type: op, path: saved } }, note: { path: saved } };
    } finally {
      checkpoints.release(path);
    }
  });
  return { request_id: requestId, model_id: model.id };
}

/** Queues a sampler of the model's weights that is kept nowhere else. */
function submitSnapshot(
  { models, samplers }: ServerContext,
  model: TrainingModel,
  seqId: number,
  bodyHash: string,
  samplingSeqId: number,
): Submitted {
  const op = 'save_weights_for_sampler';
  const requestId = models.submit(model, seqId, bodyHash, op, async () => {
    const sampler = await samplers.openSnapshot(model, samplingSeqId);
    const body = { type: op, sampling_session_id: sampler.id, path: null };
    return { outcome: { kind: 'json', body } };
  });
  return { request_id: requestId, model_id: model.id };
}

function loadRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, models } = context;

  app.post('/load_weights', async (request) => {
    const body = LoadWeights.parse(request.body);
    const hash = hashBody(body);
    if ('session_id' in body) {
      const session = sessions.live(body.session_id);
      const meta = models.stateAt(body.path);
      if (typeof body.base_model === 'string') checkBaseModel(context, body.base_model);
      return once(session, `model ${body.model_seq_id}`, hash, () => {
        const metadata = body.user_metadata ?? {};
        const { model, future } = models.createFrom(
          session,
          body.model_seq_id,
          meta,
          body.optimizer,
          metadata,
        );
        return { request_id: future.requestId, model_id: model.id };
      });
    }
    const model = models.get(body.model_id);
    const meta = models.stateAt(body.path);
    checkFirst(model, body.seq_id, hash);
    checkSameShape(model, meta, body.path);
    const requestId = models.submit(model, body.seq_id, hash, 'load_weights', async () => ({
      outcome: { kind: 'json', body: await models.load(model, meta, body.optimizer) },
    }));
    return { request_id: requestId, model_id: model.id };
  });
}

/** @throws {Problem} 400 where the load is not the model's first request. */
function checkFirst({ sequencer }: TrainingModel, seqId: number, bodyHash: string): void {
  if (seqId === 1 && (sequencer.untouched || sequencer.earlier(1, bodyHash) !== undefined)) return;
  throw new Problem(400, `LoadWeights is not permitted with seq_id ${seqId}; it must be the first request`);
}

/** @throws {Problem} 400 where the checkpoint's adapter has another shape than the model's. */
function checkSameShape(model: TrainingModel, meta: CheckpointMeta, path: string): void {
  const keys = ['rank', 'trainAttn', 'trainMlp', 'trainUnembed'] as const;
  if (keys.every((key) => model.lora[key] === meta.lora[key])) return;
  throw new Problem(400, `${path} has another LoRA shape (rank ${meta.lora.rank}) than model ${model.id}`);
}
