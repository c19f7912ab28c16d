import { writeRandomModel } from '../model/random-model.js';

/** `node dist/dev/tinker/server/make-random-model.js DIR`: a model folder with random weights, for tests. */
const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error('Name the folder to write');
await writeRandomModel(dir);
