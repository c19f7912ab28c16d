/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import type { CheckpointPath } from '../../../tinker/paths.js';
import { encodeState } from './checkpoint-files.js';
import { checkBaseModel, hashBody, type ServerContext } from './context.js';
import { Problem } from './problem.js';
import {
  LoadWeights,
  SaveWeights,
  SaveWeightsExternal,
  SaveWeightsForSampler,
  WeightsInfo,
} from './schemas.js';
import { once } from './sessions.js';
import { parsePath, type TrainingModel } from './training-models.js';

interface SaveOptions {
  readonly overwrite: boolean;
  readonly ttlSeconds: number | null | undefined;
  readonly userMetadata: Readonly<Record<string, string>>;
}

const saveNames = {
  weights: 'save_weights',
  sampler_weights: 'save_weights_for_sampler',
  external_weights: 'save_weights_external',
} as const;

/** Saving and loading. */
export function weightsRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, models, samplers, host, checkpoints } = context;

  /**
   * Unlike the other requests, a resent save is not recognised but told 409, because the name is used by then: that is
   * what users of the hosted service report.
   */
  const submitSave = (
    model: TrainingModel,
    seqId: number,
    bodyHash: string,
    path: CheckpointPath,
    { overwrite, ttlSeconds, userMetadata }: SaveOptions,
  ): string => {
    if (overwrite) {
      const earlier = model.sequencer.earlier(seqId, bodyHash);
      if (earlier !== undefined) return earlier;
    }
    checkpoints.reserve(path, overwrite);
    const op = saveNames[path.kind];
    return models.submit(model, seqId, bodyHash, op, async () => {
      try {
        const state = await host.call('exportState', model.id);
        const meta = {
          ...path,
          expiresAt: checkpoints.expiry(ttlSeconds),
          userMetadata: { ...userMetadata },
          baseModel: model.baseModel,
          lora: model.lora,
        };
        const saved = await checkpoints.save(meta, encodeState(state, path.kind === 'weights'));
        return { outcome: { kind: 'json', body: { type: op, path: saved } }, note: { path: saved } };
      } finally {
        checkpoints.release(path);
      }
    });
  };

  app.post('/save_weights', async (request) => {
    const body = SaveWeights.parse(request.body);
    const model = models.get(body.model_id);
    const path = { runId: model.id, kind: 'weights', name: body.path } as const;
    const options = {
      overwrite: body.overwrite,
      ttlSeconds: body.ttl_seconds,
      userMetadata: body.user_metadata ?? {},
    };
    return { request_id: submitSave(model, body.seq_id, hashBody(body), path, options), model_id: model.id };
  });

  app.post('/save_weights_for_sampler', async (request) => {
    const body = SaveWeightsForSampler.parse(request.body);
    const model = models.get(body.model_id);
    const hash = hashBody(body);
    if (typeof body.path === 'string') {
      const path = { runId: model.id, kind: 'sampler_weights', name: body.path } as const;
      const options = {
        overwrite: false,
        ttlSeconds: body.ttl_seconds,
        userMetadata: body.user_metadata ?? {},
      };
      return { request_id: submitSave(model, body.seq_id, hash, path, options), model_id: model.id };
    }
    const samplingSeqId = body.sampling_session_seq_id ?? 0;
    const requestId = models.submit(model, body.seq_id, hash, 'save_weights_for_sampler', async () => {
      const sampler = await samplers.openSnapshot(model.sessionId, samplingSeqId, model.id);
      const answer = { type: 'save_weights_for_sampler', sampling_session_id: sampler.id, path: null };
      return { outcome: { kind: 'json', body: answer } };
    });
    return { request_id: requestId, model_id: model.id };
  });

  app.post('/save_weights_external', async (request) => {
    const body = SaveWeightsExternal.parse(request.body);
    const model = models.get(body.model_id);
    const path = { runId: model.id, kind: 'external_weights', name: body.path } as const;
    const options = { overwrite: false, ttlSeconds: body.ttl_seconds, userMetadata: {} };
    return { request_id: submitSave(model, body.seq_id, hashBody(body), path, options), model_id: model.id };
  });

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
    if (body.seq_id !== 1 || (!model.sequencer.untouched && model.sequencer.earlier(1, hash) === undefined))
      throw new Problem(
        400,
        `LoadWeights is not permitted with seq_id ${body.seq_id}; it must be the first request`,
      );
    const same = (['rank', 'trainAttn', 'trainMlp', 'trainUnembed'] as const).every(
      (key) => model.lora[key] === meta.lora[key],
    );
    if (!same)
      throw new Problem(
        400,
        `${body.path} has another LoRA shape (rank ${meta.lora.rank}) than model ${model.id}`,
      );
    const requestId = models.submit(model, body.seq_id, hash, 'load_weights', async () => ({
      outcome: { kind: 'json', body: await models.load(model, meta, body.optimizer) },
    }));
    return { request_id: requestId, model_id: model.id };
  });

  app.post('/weights_info', async (request) => {
    const meta = checkpoints.get(parsePath(WeightsInfo.parse(request.body).tinker_path));
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
