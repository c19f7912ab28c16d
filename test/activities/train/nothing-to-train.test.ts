import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ThreadPool } from '../../../activities/threads/thread-pool.js';
import { createTokeniseActivities } from '../../../activities/tokenise/index.js';
import { createTrainActivities } from '../../../activities/train/index.js';
import { LiveClients } from '../../../activities/train/server/live-clients.js';
import { createTinkerAccess } from '../../../activities/train/server/tinker-access.js';
import type { Message } from '../../../core/convert/conversation/conversation.js';
import { assistant, putMix, temporaryStore, train, user } from '../../support/mix-artifact.js';
import { quietWork } from '../../support/work.js';
import { planTokens } from '../../support/plan-tokens.js';

const modelDir = fileURLToPath(new URL('../../../../dev/tinker/model-files/tiny-qwen3', import.meta.url));

/** Tokenises conversations with role_colon and plans a training on them. No server is there. */
async function plan(conversations: readonly (readonly Message[])[]): Promise<unknown> {
  const store = await temporaryStore();
  const recipe = train({ renderer: 'role_colon' });
  const rows = conversations.map((messages) => ({ source: 0, messages }));
  const { mixPlan } = await putMix(store, { train: rows, sources: ['a'] });
  const tokenise = createTokeniseActivities({
    store,
    threads: new ThreadPool(1),
    tokenizers: { developmentModelDir: async () => modelDir },
  });
  const work = quietWork();
  const planned = await planTokens(tokenise, mixPlan, { train: recipe });
  await tokenise.tokenisePieces({ plan: planned.plan, from: 0, to: 1 }, work);
  const { tokens } = await tokenise.finishTokens({ plan: planned.plan }, work);
  const access = createTinkerAccess({ env: { TINKER_BASE_URL: 'http://127.0.0.1:1', TINKER_API_KEY: 'k' } });
  const activities = createTrainActivities({ store, access, live: new LiveClients() });
  return await activities.planTraining({ name: 'run', seed: 1, train: recipe, tokens }, work);
}

void test('a training all of whose rows are refused ends with the reason, and with what to write in the recipe', async () => {
  const reasons: Message = { ...assistant('b'), reasoning_content: 'r' };
  await assert.rejects(
    plan([
      [user('a'), reasons],
      [user('c'), reasons],
    ]),
    {
      type: 'NothingToTrainError',
      message:
        'None of 2 rows has a token to train on; a: 2 of 2 rows are not trained: role_colon has no form for reasoning',
      remedy: /`reasoning: inline`.*`ignore`/,
    },
  );
});

void test('a training whose messages all have weight 0 ends with that reason', async () => {
  await assert.rejects(plan([[user('a'), { ...assistant('b'), weight: 0 }]]), {
    type: 'NothingToTrainError',
    message: 'None of 1 row has a token to train on; a: 1 message of weight 0 is context and not trained',
  });
});
