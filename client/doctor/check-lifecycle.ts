import { openObjects } from '../../activities/artifacts/s3/open-s3-store.js';
import { parseBucketPlace } from '../../activities/artifacts/s3/place.js';
import { leftoverDays } from '../../core/cache-retention.js';
import type { Env } from '../../core/env.js';
import { judgeLifecycle, type LifecycleHarm } from '../../core/store/lifecycle.js';
import { failed, passed, warned } from './checks.js';
import type { Check } from './checks.js';

const what = 'store lifecycle';
const page = 'docs/scaling.md, "The lifecycle rule it may have"';

/** Whether the rules of the bucket remove or archive objects of the store. No run asks for them. */
export async function checkLifecycle(place: string, env: Env): Promise<Check[]> {
  const repeated: string[] = [];
  const onWarning = (message: string): void => void repeated.push(message);
  try {
    const objects = await openObjects(place, {
      env,
      onWarning,
      count: () => undefined,
      tuning: { tries: 3 },
    });
    const found = await objects.lifecycleRules();
    if ('refusal' in found)
      return [
        warned(
          what,
          `not checked: ${found.refusal}`,
          `Look at the rules of the bucket: none may expire or archive objects of the store (${page}).`,
        ),
      ];
    const { harms, endsUploads } = judgeLifecycle(found.answer, parseBucketPlace(place).prefix);
    if (harms.length > 0) return harms.map(harmful);
    const uploads = endsUploads
      ? 'one ends incomplete uploads'
      : `none ends incomplete uploads, which \`npx headrace cache gc\` removes after ${leftoverDays} days, and a rule would (${page})`;
    return [passed(what, `no rule expires or archives objects of the store; ${uploads}`)];
  } catch (error) {
    return [failed(what, error)];
  }
}

function harmful({ rule, does, isOfResults }: LifecycleHarm): Check {
  const message = `${rule} ${does}`;
  if (isOfResults)
    return warned(
      what,
      `${message}, which are results of runs`,
      'Bring results that are to stay into a folder before (`npx headrace get RUN --to DIR`).',
    );
  return {
    what,
    status: 'failed',
    message: `${message}, which the store needs as they are: also records of training, which nothing can make again`,
    remedy: `Disable the rule, or limit it to other prefixes or to noncurrent versions; \`npx headrace cache gc\` removes what no run uses (${page}).`,
  };
}
