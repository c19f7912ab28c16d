import type { RendererName } from '../../recipe.js';
import type { Renderer, RendererFactory, RendererSettings } from '../rendering/renderer.js';

/** Of each family, its file. A new one is added here, to `rendererNames` and to the table of models. */
const factories: Readonly<Partial<Record<RendererName, RendererFactory>>> = {};

/** The renderer of a name. */
export function rendererNamed(name: RendererName, settings: RendererSettings = {}): Renderer {
  const factory = factories[name];
  if (factory === undefined) throw new Error(`There is no renderer ${name} yet`);
  return factory(settings);
}
