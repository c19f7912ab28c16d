import { openStore, storePlace } from '../../../activities/artifacts/open-store.js';
import { ObjectOutputs } from '../../../activities/outputs/object-outputs.js';
import { openOutputs } from '../../../activities/outputs/outputs.js';
import { bringResults } from '../../../client/results/bring-results.js';
import { interruptible } from '../../../client/process/interrupt.js';

/** A process that brings results, for tests that end it: `<out> <folder> <bytes of a segment>`. */
const [out = '', folder = '', segmentBytes = ''] = process.argv.slice(2);
const outputs = openOutputs(await openStore(storePlace()), out);
if (!(outputs instanceof ObjectOutputs)) throw new Error(`${out} is a folder`);
const brought = await interruptible(
  async (signal) =>
    await bringResults(outputs, {
      folder,
      partsOf: () => Promise.reject(new Error('not asked for')),
      onProgress: () => undefined,
      signal,
      segmentBytes: Number(segmentBytes),
    }),
);
process.stdout.write(JSON.stringify(brought.files));
