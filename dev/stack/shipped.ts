import { packagePath } from '../../files/package-path.js';

/** The corpora that come with Headrace, as a folder of Hub repositories. */
export const shippedHubRoot = packagePath('dev/corpora/data/hub');

/** The model that comes with Headrace, in the Hugging Face layout. */
export const shippedModelDir = packagePath('dev/tinker/model-files/tiny-qwen3');
