import type { ArtifactRef } from '../../core/contracts/artifact.js';
import { HeadraceError } from '../../core/errors.js';
import type { TemporalClient } from '../temporal/connect.js';
import { handleOf, requireRun } from './find-run.js';
import { reportInput } from './report-input.js';

/** The `mix` artifact of a run. @throws {HeadraceError} UsageError where it is not made yet. */
export async function mixOf(temporal: TemporalClient, name: string): Promise<ArtifactRef> {
  const { status } = await requireRun(temporal, name);
  if (status.name === 'COMPLETED') return (await handleOf(temporal, name).result()).mix.mix;
  const { mix } = await reportInput(temporal, name);
  if (mix !== null) return mix.mix;
  throw new HeadraceError('UsageError', `The mix of ${name} is not made yet`, {
    remedy: `\`npx headrace status ${name}\` shows the state of the run.`,
  });
}
