import { join } from 'node:path';
import { headrace } from './command.js';
import type { CommandResult } from './command.js';
import { writeConversations } from './conversations.js';
import { writeRecipe } from './recipes.js';
import { environmentOf, startWorker } from './servers.js';
import type { Servers } from './servers.js';

/** A user at a terminal: each command is a process of its own, against real servers and a real worker. */
export interface Terminal {
  readonly folder: string;
  readonly env: Record<string, string>;
  /** The path of the recipe file. */
  readonly recipe: string;
  readonly run: (...args: string[]) => Promise<CommandResult>;
  /** Ends the worker in order, as a deploy does, and starts another. */
  readonly restartWorker: () => Promise<void>;
  /** Ends the worker. */
  readonly close: () => Promise<void>;
}

/** A folder with `chats.jsonl` of `rows` conversations and a recipe, and a store with a worker. */
export async function openTerminal(
  servers: Servers,
  name: string,
  recipe: string,
  rows = 1_200,
): Promise<Terminal> {
  const folder = join(servers.folder, name);
  await writeConversations(join(folder, 'chats.jsonl'), rows, 5);
  const path = await writeRecipe(folder, `name: ${name}\n${recipe}`);
  const store = join(folder, 'store');
  const env = environmentOf(servers, store);
  let worker = await startWorker(servers, store);
  return {
    folder,
    env,
    recipe: path,
    run: (...args) => headrace(args, env, folder),
    restartWorker: async () => {
      await worker.close();
      worker = await startWorker(servers, store);
    },
    close: () => worker.close(),
  };
}

/** Does `work` at a terminal of its own. */
export async function atTerminal(
  servers: Servers,
  name: string,
  recipe: string,
  work: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const terminal = await openTerminal(servers, name, recipe);
  try {
    await work(terminal);
  } finally {
    await terminal.close();
  }
}
