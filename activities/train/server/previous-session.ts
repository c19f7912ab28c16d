import { z } from 'zod';
import type { WorkContext } from '../../../core/progress.js';

const Resume = z.object({ sessionId: z.string() });

/**
 * The session that the previous attempt of a segment or an evaluation opened; `undefined` if there is none.
 */
export function previousSession({ resume }: Pick<WorkContext, 'resume'>): string | undefined {
  return Resume.safeParse(resume).data?.sessionId;
}
