/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import { checkpointKinds, formatCheckpointPath, type CheckpointPath } from '../../../../tinker/paths.js';
import type { CheckpointMeta } from '../checkpoints/checkpoint-files.js';
import type { CheckpointKind, RunMeta } from '../checkpoints/checkpoint-store.js';
import type { ServerContext } from './context.js';
import { Problem } from '../problem.js';
import { Page, SetTtl } from './schemas.js';

export interface CheckpointParams {
  readonly run: string;
  readonly kind: string;
  readonly name: string;
}

/** Listings of training runs and checkpoints, TTLs, deletion. */
export function checkpointRoutes(app: FastifyInstance, { checkpoints }: ServerContext): void {
  const runJson = (run: RunMeta) => {
    const own = checkpoints.list(run.runId);
    const last = (kind: CheckpointKind) => own.find((meta) => meta.kind === kind);
    return {
      training_run_id: run.runId,
      base_model: run.baseModel,
      model_owner: 'headrace-dev',
      is_lora: true,
      lora_rank: run.loraRank,
      corrupted: false,
      last_request_time: own[0]?.createdAt ?? run.createdAt,
      last_checkpoint: checkpointJson(last('weights')),
      last_sampler_checkpoint: checkpointJson(last('sampler_weights')),
      user_metadata: run.userMetadata,
    };
  };

  app.get('/training_runs', async (request) => {
    const { items, cursor } = page(checkpoints.allRuns().toReversed(), request.query);
    return { training_runs: items.map(runJson), cursor };
  });
  app.get<{ Params: { run: string } }>('/training_runs/:run', async (request) =>
    runJson(checkpoints.run(request.params.run)),
  );
  app.get<{ Params: { run: string } }>('/training_runs/:run/checkpoints', async (request) => {
    const { runId } = checkpoints.run(request.params.run);
    const { items, cursor } = page(checkpoints.list(runId), request.query);
    return { checkpoints: items.map(checkpointJson), cursor };
  });
  app.get('/checkpoints', async (request) => {
    const { items, cursor } = page(checkpoints.list(), request.query);
    return { checkpoints: items.map(checkpointJson), cursor };
  });
  app.put<{ Params: CheckpointParams }>(
    '/training_runs/:run/checkpoints/:kind/:name/ttl',
    async (request, reply) => {
      await checkpoints.setTtl(pathOf(request.params), SetTtl.parse(request.body).ttl_seconds ?? null);
      await reply.status(204).send();
    },
  );
  app.delete<{ Params: CheckpointParams }>(
    '/training_runs/:run/checkpoints/:kind/:name',
    async (request, reply) => {
      await checkpoints.remove(pathOf(request.params));
      await reply.status(204).send();
    },
  );
}

/** @throws {Problem} 404 where there is no such kind. */
export function pathOf({ run, kind, name }: CheckpointParams): CheckpointPath {
  const known = checkpointKinds.find((each) => each === kind);
  if (known === undefined)
    throw new Problem(404, `"${kind}" is no kind of checkpoint: ${checkpointKinds.join(', ')}`);
  return { runId: run, kind: known, name };
}

const typeNames = { weights: 'training', sampler_weights: 'sampler', external_weights: 'external' } as const;

function checkpointJson(meta: CheckpointMeta | undefined) {
  if (meta === undefined) return null;
  return {
    checkpoint_id: `${meta.kind}/${meta.name}`,
    checkpoint_type: typeNames[meta.kind],
    time: meta.createdAt,
    tinker_path: formatCheckpointPath(meta),
    size_bytes: meta.sizeBytes,
    public: false,
    user_metadata: meta.userMetadata,
    expires_at: meta.expiresAt,
  };
}

function page<T>(all: readonly T[], query: unknown) {
  const { limit, offset } = Page.parse(query);
  return { items: all.slice(offset, offset + limit), cursor: { offset, limit, total_count: all.length } };
}
