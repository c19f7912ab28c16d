import type { Objects } from '../../activities/artifacts/s3/objects.js';
import { inParallel } from '../../activities/threads/in-parallel.js';
import type { StoreSurvey } from './store-survey.js';

const requestsAtOnce = 16;
/** Of more uploads the number alone is shown: each size is a request. */
const mostSizes = 1000;

/** Lists the incomplete uploads of a bucket, where its service lists them. */
export async function surveyUploads(objects: Objects): Promise<Pick<StoreSurvey, 'uploads' | 'notes'>> {
  const { uploads, refusal } = await objects.uploads.list();
  const isSized = uploads.length <= mostSizes;
  const { signal } = new AbortController();
  const found = await inParallel(uploads, requestsAtOnce, signal, async (upload) => ({
    path: `${objects.place}/${upload.key}`,
    upload,
    sizeBytes: isSized ? ((await objects.uploads.sizeOf(upload)) ?? null) : null,
    usedAt: upload.begunAt,
  }));
  const what = uploads.length === 0 ? 'Incomplete uploads are' : 'Further incomplete uploads are';
  const notes =
    refusal === undefined
      ? []
      : [`${what} not listed: ${refusal}. A lifecycle rule of the bucket can end them (docs/scaling.md).`];
  return { uploads: found, notes };
}
