import { packagePath } from '../../files/package-path.js';

/** Folder of the corpora that Headrace ships, laid out as Hub repositories. */
export const shippedHubRoot = packagePath('dev/corpora/data/hub');

/** Folder of the base model that Headrace ships, `headrace/tiny-qwen3`, in the Hugging Face layout. */
export const shippedModelDir = packagePath('dev/tinker/model-files/tiny-qwen3');
