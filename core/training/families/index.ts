import type { RendererName } from '../../recipe.js';
import type { Renderer, RendererFactory, RendererSettings } from '../rendering/renderer.js';
import { deepseekV3Renderers } from './deepseek-v3.js';
import { deepseekV41Renderers } from './deepseek-v4-1.js';
import { gptOssRenderers } from './gpt-oss.js';
import { glm53Renderers } from './glm5-3.js';
import { kimiRenderers } from './kimi.js';
import { llama3Renderers } from './llama3.js';
import { qwen35Renderers } from './qwen3-5.js';
import { qwen38Renderers } from './qwen3-8.js';
import { nemotron3Renderers } from './nemotron3.js';
import { qwen3VlRenderers } from './qwen3-vl.js';
import { qwen3Renderers } from './qwen3.js';
import { roleColonRenderers } from './role-colon.js';
import { tmlV0Renderers } from './tml-v0.js';

/** Of each family, its file. A new one is added here, to `rendererNames` and to the table of models. */
const factories: Readonly<Record<RendererName, RendererFactory>> = {
  ...roleColonRenderers,
  ...llama3Renderers,
  ...qwen3Renderers,
  ...qwen3VlRenderers,
  ...qwen35Renderers,
  ...qwen38Renderers,
  ...nemotron3Renderers,
  ...gptOssRenderers,
  ...deepseekV3Renderers,
  ...deepseekV41Renderers,
  ...glm53Renderers,
  ...kimiRenderers,
  ...tmlV0Renderers,
};

/** The renderer of a name. */
export function rendererNamed(name: RendererName, settings: RendererSettings = {}): Renderer {
  return factories[name](settings);
}
