/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import { randomInt } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { StopRule } from '../../model/sampler.js';
import { chunkTokens } from './codec.js';
import { checkBaseModel, checkTokens, hashBody, type ServerContext } from './context.js';
import { Problem } from '../problem.js';
import { CreateSamplingSession, Sample } from './schemas.js';
import { once } from '../state/sessions.js';

/** Sampling sessions and samples. */
export function samplingRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, samplers, futures, host, log, billing, config } = context;

  app.post('/create_sampling_session', async (request) => {
    const body = CreateSamplingSession.parse(request.body);
    const session = sessions.live(body.session_id);
    const baseModel = body.base_model ?? config.name;
    checkBaseModel(context, baseModel);
    return once(session, `sampling session ${body.sampling_session_seq_id}`, hashBody(body), async () => {
      const sampler =
        typeof body.model_path === 'string'
          ? await samplers.openCheckpoint(session, body.sampling_session_seq_id, body.model_path)
          : await samplers.openBase(session, body.sampling_session_seq_id, baseModel);
      return { type: 'create_sampling_session', sampling_session_id: sampler.id };
    });
  });

  app.get<{ Params: { id: string } }>('/samplers/:id', async (request) => {
    const { id, baseModel, modelPath } = samplers.get(request.params.id);
    return { sampler_id: id, base_model: baseModel, model_path: modelPath };
  });

  app.post('/asample', async (request) => {
    const body = Sample.parse(request.body);
    const sampler = samplers.get(body.sampling_session_id);
    const bodyHash = hashBody(body);
    const prompt = Int32Array.from(chunkTokens(body.prompt.chunks));
    if (prompt.length === 0) throw new Problem(422, 'The prompt is empty');
    checkTokens(context, 'The prompt', prompt);
    const sampleIds = Array.from({ length: body.num_samples }, (_, i) => `${sampler.id}:${body.seq_id}:${i}`);
    const answer = (requestId: string) => ({ request_id: requestId, sample_sequence_ids: sampleIds });
    const earlier = sampler.requests.get(body.seq_id);
    if (earlier !== undefined) {
      if (earlier.bodyHash !== bodyHash)
        throw new Problem(409, `Sampling request sequence number was reused: ${body.seq_id}`);
      return answer(earlier.requestId);
    }
    const future = futures.create(sampler.sessionId);
    future.running = true;
    sampler.requests.set(body.seq_id, { bodyHash, requestId: future.requestId });
    const params = body.sampling_params;
    const entry = { op: 'sample', sessionId: sampler.sessionId, seqId: body.seq_id };
    host
      .call('sample', sampler.id, {
        prompt,
        numSamples: body.num_samples,
        promptLogprobs: body.prompt_logprobs ?? false,
        params: {
          maxTokens: params.max_tokens ?? undefined,
          seed: params.seed ?? randomInt(2 ** 47),
          temperature: params.temperature,
          topK: params.top_k,
          topP: params.top_p,
          stop: stopRule(params.stop, config.eosTokenIds),
        },
      })
      .then(
        (result) => {
          log.add({ ...entry, outcome: 'done' });
          const sampled = result.sequences.reduce((sum, { tokens }) => sum + tokens.length, 0);
          billing.add(sampler.sessionId, 'sampling_prefill', prompt.length);
          billing.add(sampler.sessionId, 'sampling_sample', sampled);
          future.settle({ kind: 'sample', result });
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          log.add({ ...entry, outcome: 'failed', error: message });
          future.settle({ kind: 'failed', error: message, category: 'server' });
        },
      );
    return answer(future.requestId);
  });
}

/** Without a `stop` the model's own end tokens end a sample; an empty list disables even them. */
function stopRule(
  stop: string | readonly string[] | readonly number[] | null | undefined,
  eosTokenIds: readonly number[],
): StopRule {
  if (stop === undefined || stop === null) return { tokens: eosTokenIds, strings: [] };
  const all: readonly (string | number)[] = typeof stop === 'string' ? [stop] : stop;
  return {
    tokens: all.filter((each) => typeof each === 'number'),
    strings: all.filter((each) => typeof each === 'string' && each !== '').map(String),
  };
}
