/* oxlint-disable oxc/no-async-endpoint-handlers -- the rule is about Express; Fastify awaits its handlers */
import type { FastifyInstance } from 'fastify';
import type { LoraConfig } from '../../model/lora.js';
import { decodeLossJson, decodeLossProto, type LossRequest } from './codec.js';
import { checkBaseModel, checkTokens, hashBody, type ServerContext } from './context.js';
import { Problem } from '../problem.js';
import { CreateModel, ForwardBackwardJson, ForwardJson, ModelRef, OptimStep } from './schemas.js';
import { once } from '../state/sessions.js';

/** Creating models and training them. */
export function trainingRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, models, host, billing } = context;

  app.post('/create_model', async (request) => {
    const body = CreateModel.parse(request.body);
    const session = sessions.live(body.session_id);
    checkBaseModel(context, body.base_model);
    const lora: LoraConfig = {
      rank: body.lora_config.rank,
      seed: body.lora_config.seed ?? 0,
      trainAttn: body.lora_config.train_attn,
      trainMlp: body.lora_config.train_mlp,
      trainUnembed: body.lora_config.train_unembed,
    };
    if (!lora.trainAttn && !lora.trainMlp && !lora.trainUnembed)
      throw new Problem(
        422,
        'lora_config: train_attn, train_mlp and train_unembed are all false; nothing is left',
      );
    return once(session, `model ${body.model_seq_id}`, hashBody(body), () => {
      const { model, future } = models.create(session, body, lora, body.user_metadata ?? {});
      return { request_id: future.requestId, model_id: model.id };
    });
  });

  app.post('/get_info', async (request) => {
    const model = models.get(ModelRef.parse(request.body).model_id);
    return {
      type: 'get_info',
      model_id: model.id,
      model_data: { arch: 'qwen3', model_name: model.baseModel, tokenizer_id: model.baseModel },
      is_lora: true,
      lora_rank: model.lora.rank,
      model_name: model.baseModel,
      optimizer_config: { type: 'adamw' },
    };
  });

  const submitLoss = (request: LossRequest, rawBody: unknown) => {
    const model = models.get(request.modelId);
    const method = request.forwardOnly ? 'forward' : 'forwardBackward';
    const op = request.forwardOnly ? 'forward' : 'forward_backward';
    const requestId = models.submit(model, request.seqId, hashBody(rawBody), op, async () => {
      for (const [index, { tokens, targets }] of request.examples.entries())
        checkTokens(context, `data[${index}]`, tokens, targets);
      const result = await host.call(method, model.id, request.examples);
      const tokens = request.examples.reduce((sum, example) => sum + example.tokens.length, 0);
      billing.add(model.sessionId, 'training', tokens);
      return { outcome: { kind: 'loss', result } };
    });
    return { request_id: requestId, model_id: model.id };
  };

  app.post('/forward_backward', { bodyLimit: 64 * 2 ** 20 }, async (request) => {
    if (request.body instanceof Uint8Array) return submitLoss(decodeLossProto(request.body), request.body);
    const { model_id, seq_id, forward_backward_input: input } = ForwardBackwardJson.parse(request.body);
    return submitLoss(decodeLossJson(model_id, seq_id, input, false), request.body);
  });
  app.post('/forward', { bodyLimit: 64 * 2 ** 20 }, async (request) => {
    const { model_id, seq_id, forward_input: input } = ForwardJson.parse(request.body);
    return submitLoss(decodeLossJson(model_id, seq_id, input, true), request.body);
  });

  app.post('/optim_step', async (request) => {
    const body = OptimStep.parse(request.body);
    const model = models.get(body.model_id);
    const adam = body.adam_params;
    const requestId = models.submit(model, body.seq_id, hashBody(body), 'optim_step', async () => {
      const { gradientNorm, step } = await host.call('optimStep', model.id, {
        learningRate: adam.learning_rate,
        beta1: adam.beta1,
        beta2: adam.beta2,
        eps: adam.eps,
        weightDecay: adam.weight_decay,
        gradClipNorm: adam.grad_clip_norm,
      });
      model.step = step;
      const metrics = { grad_norm: gradientNorm, learning_rate: adam.learning_rate };
      return { outcome: { kind: 'json', body: { metrics } } };
    });
    return { request_id: requestId, model_id: model.id };
  });
}
