import { resolve } from 'node:path';
import { readRun } from '../../activities/report/read/read-run.js';
import type { Conversation } from '../../activities/report/read/read-train.js';
import { capChange, replacement } from '../runs/change-recipe.js';
import type { SourceChange } from '../runs/change-recipe.js';
import { compositionText } from '../text/composition.js';
import { connected, print } from '../text/output.js';
import { exitCodes } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { handleOf, outOf, recipeOfRun, requireRun, runState } from '../runs/start-run.js';
import { waitText } from '../text/result.js';
import { sendUpdate } from '../runs/send-update.js';

export async function replaceSource(name: string, source: string, change: SourceChange): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const run = recipeOfRun(await requireRun(temporal, name));
    const files = change.files?.map((path) => resolve(path).replaceAll('\\', '/'));
    const update = replacement(run, source, { ...change, files });
    print(await sendUpdate(temporal, name, 'replaceSource', update));
    return exitCodes.done;
  });
}

export async function changeCaps(name: string, words: readonly string[], note: string): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const run = recipeOfRun(await requireRun(temporal, name));
    print(await sendUpdate(temporal, name, 'changeCaps', capChange(run, words, note)));
    return exitCodes.done;
  });
}

const longestText = 600;
const conversationsToRead = 8;

/** Shows what a person looks at before approving: the composition, conversations of the mix, rejected rows. */
export async function review(name: string): Promise<ExitCode> {
  return await connected(async (temporal) => {
    const out = outOf(await requireRun(temporal, name));
    const state = await runState(handleOf(temporal, name));
    if (state.composition === null) {
      print(`The mix of ${name} is not made yet; the run is in the stage ${state.stage}.`);
      return exitCodes.done;
    }
    const files = await readRun(out, new AbortController().signal, { mix: true, training: false });
    print(compositionText(state.composition));
    for (const conversation of files.train.toRead.slice(0, conversationsToRead))
      print(`\n── line ${conversation.line} of train.jsonl ──\n${spoken(conversation)}`);
    if (files.rejects.length > 0) print('\nRejected rows, the first of each reason:');
    for (const reject of files.rejects) print(`  ${short(JSON.stringify(reject), 300)}`);
    for (const problem of files.problems) print(problem);
    print(`\nReport: ${out}/report.html`);
    print(`Where a line comes from: npx headrace trace ${name} LINE`);
    if (state.waitingFor.length > 0) print(waitText(name, state.waitingFor));
    return exitCodes.done;
  });
}

function spoken({ messages }: Conversation): string {
  return messages.map(({ role, content }) => `${role}: ${short(printable(content), longestText)}`).join('\n');
}

/** Corpora are not to be trusted with a terminal: control characters are shown, not sent. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) =>
    JSON.stringify(char).slice(1, -1),
  );
}

function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
