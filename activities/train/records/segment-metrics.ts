import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ArtifactRef } from '../../../core/contracts/artifact.js';
import { StepMetrics } from '../../../core/training/step-metrics.js';
import { readJson } from '../../artifacts/read-json.js';
import { artifactKey, type ArtifactStore } from '../../artifacts/store.js';
import { trainVersion } from '../steps/training-plan.js';

const fileName = 'steps.json';

/** Stores the metrics of the segment that ended in `statePath`. The path is unique to the attempt. */
export async function putMetrics(
  store: ArtifactStore,
  parametersKey: string,
  statePath: string,
  steps: readonly StepMetrics[],
): Promise<ArtifactRef> {
  const ref: ArtifactRef = {
    kind: 'metrics',
    key: artifactKey('metrics', trainVersion, { parametersKey, statePath }),
  };
  await store.put(ref, async (dir) => {
    await writeFile(join(dir, fileName), JSON.stringify(steps));
    return { from: steps[0]?.step ?? 0, steps: steps.length };
  });
  return ref;
}

/** @throws {HeadraceError} ArtifactMissingError. */
export async function readMetrics(store: ArtifactStore, ref: ArtifactRef): Promise<StepMetrics[]> {
  return await readJson(store, await store.get(ref), fileName, z.array(StepMetrics));
}
