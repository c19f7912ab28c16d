export { doBatches } from './do-batches.js';
export { prepareSource } from './prepare-source.js';
export { stage1 } from './stage1.js';
export { trainLora } from './train-lora.js';
