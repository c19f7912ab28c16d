import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isBucketPlace } from '../../activities/artifacts/s3/place.js';
import { HeadraceError } from '../../core/errors.js';
import { isMissing } from '../../files/errno.js';
import type { TemporalClient } from '../temporal/connect.js';
import { memoIn } from './run-memo.js';

/**
 * @throws {HeadraceError} OutInUseError where a running workflow with another id writes to `out`.
 */
export async function requireFreeOut(
  temporal: TemporalClient,
  workflowId: string,
  out: string,
): Promise<void> {
  const running = temporal.client.workflow.list({
    query: `WorkflowType = 'stage1' AND ExecutionStatus = 'Running'`,
  });
  const real = await withoutLinks(out);
  for await (const other of running) {
    const otherOut = memoIn(other)?.out;
    if (other.workflowId === workflowId || otherOut === undefined) continue;
    if ((await withoutLinks(otherOut)) !== real) continue;
    throw new HeadraceError('OutInUseError', `The run ${other.workflowId} is writing to ${out}`);
  }
}

/** The path with its links followed, as far as it exists. */
async function withoutLinks(path: string): Promise<string> {
  if (isBucketPlace(path)) return path;
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) return path;
    return join(await withoutLinks(dirname(path)), basename(path));
  }
}
