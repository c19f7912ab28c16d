import type { ArtifactStore } from '../../activities/artifacts/store.js';
import type { StoreSurvey } from './store-survey.js';
import { surveyBucket } from './survey-bucket.js';
import { surveyFolder } from './survey-folder.js';

/** Lists the content of the store by names, sizes and times. Reads no file's content. */
export async function surveyStore(store: ArtifactStore): Promise<StoreSurvey> {
  const { medium } = store;
  return medium.kind === 'folder'
    ? await surveyFolder(store, medium.root)
    : await surveyBucket(store, medium.objects);
}
