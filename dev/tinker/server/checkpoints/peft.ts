import type { ModelConfig } from '../../model/config.js';
import { loraAlpha, loraNames, loraTargets, type LoraConfig } from '../../model/lora.js';
import { writeSafetensors, type Tensor, type Tensors } from '../../model/safetensors.js';

/**
 * An adapter as PEFT's `PeftModel.from_pretrained` reads it: `adapter_config.json` and
 * `adapter_model.safetensors`, by file name. With tied embeddings the adapter of the output projection is
 * that of `lm_head`, which has no tensor in the base.
 */
export function peftFiles(
  config: ModelConfig,
  lora: LoraConfig,
  params: Tensors,
): ReadonlyMap<string, Uint8Array> {
  const tensors = new Map<string, Tensor>();
  const modules = new Set<string>();
  for (const target of loraTargets(config, lora)) {
    const module = target.replace(/\.weight$/, '').replace(/^model\.embed_tokens$/, 'lm_head');
    modules.add(module.split('.').at(-1) ?? module);
    const { a, b } = loraNames(target);
    for (const [name, kind] of [
      [a, 'lora_A'],
      [b, 'lora_B'],
    ] as const) {
      const tensor = params.get(name);
      if (tensor === undefined) throw new Error(`The checkpoint lacks ${name}`);
      tensors.set(`base_model.model.${module}.${kind}.weight`, tensor);
    }
  }
  const adapterConfig = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: config.name,
    r: lora.rank,
    lora_alpha: loraAlpha,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    use_rslora: false,
    inference_mode: true,
    target_modules: [...modules],
  };
  return new Map([
    ['adapter_config.json', new TextEncoder().encode(`${JSON.stringify(adapterConfig, null, 2)}\n`)],
    ['adapter_model.safetensors', writeSafetensors(tensors, { format: 'pt' })],
  ]);
}
