import type { Tokenizer } from '@huggingface/tokenizers';
import { adamwStep, initAdam, type AdamParams, type AdamState } from './adamw.js';
import { loadBaseModel, type BaseModel } from './base-model.js';
import type { ModelConfig } from './config.js';
import { mergeLora, type MergedModel } from './decoder.js';
import { JaxEngine, startJax, type Example, type LossResult, type UploadedLora } from './jax-engine.js';
import { initLora, type LoraConfig } from './lora.js';
import type { Tensor, Tensors } from './safetensors.js';
import { sample, type SampleRequest, type SampleResult } from './sampler.js';
import { loadTokenizer } from './tokenizer.js';

/** What decides the next steps of a training: the content of a saved state. */
export interface TrainingState {
  readonly lora: LoraConfig;
  readonly params: Tensors;
  readonly adam: AdamState;
}

/** The weights of a sampler; without `adapter` those of the base model. */
export interface SamplerWeights {
  readonly adapter?: { readonly lora: LoraConfig; readonly params: Tensors };
}

export interface OptimResult {
  /** 2-norm over all gradients, before clipping. */
  readonly gradientNorm: number;
  /** Steps that the optimiser has taken. */
  readonly step: number;
}

interface TrainingModel extends TrainingState {
  /** Sum since the last optimiser step; undefined before the first backward pass. */
  gradients: Map<string, Float32Array> | undefined;
  uploaded: UploadedLora | undefined;
}

/**
 * The models of one server, with their base in memory. Not re-entrant: callers run one method at a time (see
 * `thread.ts`).
 */
export class ModelRunner {
  readonly #base: BaseModel;
  readonly #engine: JaxEngine;
  readonly #tokenizer: Tokenizer;
  readonly #models = new Map<string, TrainingModel>();
  readonly #samplers = new Map<string, SamplerWeights>();
  /** The last sampler with its adapter merged in. Merging copies the weights, so only one is kept. */
  #merged: { readonly samplerId: string; readonly model: MergedModel } | undefined;

  private constructor(base: BaseModel, engine: JaxEngine, tokenizer: Tokenizer) {
    this.#base = base;
    this.#engine = engine;
    this.#tokenizer = tokenizer;
  }

  static async load(modelDir: string): Promise<ModelRunner> {
    await startJax();
    const base = await loadBaseModel(modelDir);
    return new ModelRunner(base, new JaxEngine(base), await loadTokenizer(modelDir));
  }

  config(): ModelConfig {
    return this.#base.config;
  }

  createModel(modelId: string, lora: LoraConfig): void {
    const params = initLora(this.#base.config, lora);
    this.#putModel(modelId, { lora, params, adam: initAdam(params) });
  }

  /** Replaces the model's weights; without `adam` the optimiser is reset. */
  loadModel(modelId: string, lora: LoraConfig, params: Tensors, adam: AdamState | undefined): void {
    this.#putModel(modelId, { lora, params, adam: adam ?? initAdam(params) });
  }

  unloadModel(modelId: string): void {
    this.#dropUpload(this.#models.get(modelId));
    this.#models.delete(modelId);
  }

  async forward(modelId: string, examples: readonly Example[]): Promise<LossResult> {
    return this.#engine.forward(this.#upload(this.#model(modelId)), examples);
  }

  /** Adds to the gradients that the next {@link optimStep} applies. */
  async forwardBackward(modelId: string, examples: readonly Example[]): Promise<LossResult> {
    const model = this.#model(modelId);
    const { gradients, ...result } = await this.#engine.forwardBackward(this.#upload(model), examples);
    model.gradients ??= new Map();
    for (const [name, more] of gradients) {
      const sum = model.gradients.get(name);
      if (sum === undefined) model.gradients.set(name, more);
      else for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (more[i] ?? 0);
    }
    return result;
  }

  /**
   * Without a backward pass since the last step the gradients are zero: moments decay, as with torch's zero
   * grads.
   */
  optimStep(modelId: string, adam: AdamParams): OptimResult {
    const model = this.#model(modelId);
    const gradients =
      model.gradients ??
      new Map([...model.params].map(([name, { data }]) => [name, new Float32Array(data.length)]));
    const gradientNorm = adamwStep(model.params, gradients, model.adam, adam);
    model.gradients = undefined;
    this.#dropUpload(model);
    return { gradientNorm, step: model.adam.step };
  }

  exportState(modelId: string): TrainingState {
    const { lora, params, adam } = this.#model(modelId);
    return { lora, params, adam };
  }

  openSampler(samplerId: string, weights: SamplerWeights): void {
    this.#samplers.set(samplerId, weights);
  }

  /** Opens a sampler of the model's present weights. */
  openSamplerOfModel(samplerId: string, modelId: string): void {
    const { lora, params } = this.#model(modelId);
    const copy = new Map<string, Tensor>();
    for (const [name, { shape, data }] of params) copy.set(name, { shape, data: data.slice() });
    this.#samplers.set(samplerId, { adapter: { lora, params: copy } });
  }

  closeSampler(samplerId: string): void {
    this.#samplers.delete(samplerId);
    if (this.#merged?.samplerId === samplerId) this.#merged = undefined;
  }

  sample(samplerId: string, request: SampleRequest): SampleResult {
    if (this.#merged?.samplerId !== samplerId) {
      const weights = this.#samplers.get(samplerId);
      if (weights === undefined) throw new Error(`Sampler ${samplerId} is not open`);
      const model = mergeLora(this.#base, weights.adapter?.lora, weights.adapter?.params);
      this.#merged = { samplerId, model };
    }
    return sample(this.#merged.model, request, (tokens) => this.#tokenizer.decode([...tokens]));
  }

  #putModel(modelId: string, state: TrainingState): void {
    this.unloadModel(modelId);
    this.#models.set(modelId, { ...state, gradients: undefined, uploaded: undefined });
  }

  #model(modelId: string): TrainingModel {
    const model = this.#models.get(modelId);
    if (model === undefined) throw new Error(`Model ${modelId} is not loaded`);
    return model;
  }

  #upload(model: TrainingModel): UploadedLora {
    model.uploaded ??= this.#engine.uploadLora(model.lora, model.params);
    return model.uploaded;
  }

  #dropUpload(model: TrainingModel | undefined): void {
    if (model?.uploaded !== undefined) this.#engine.disposeLora(model.uploaded);
    if (model !== undefined) model.uploaded = undefined;
  }
}
