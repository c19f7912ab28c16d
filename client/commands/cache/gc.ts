import type { Command } from 'commander';
import { storePlace, openStore } from '../../../activities/artifacts/open-store.js';
import { retentionRule } from '../../../core/cache-retention.js';
import { findGarbage, removeGarbage } from '../../cache/collect.js';
import { action } from '../../command-line/action.js';
import { integer } from '../../command-line/arguments.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { garbageText } from '../../text/cache.js';
import { print } from '../../text/output.js';

interface GcOptions {
  readonly keepDays: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function register(cache: Command): void {
  cache
    .command('gc')
    .description('remove what no run has used lately and what killed work has left; training records stay')
    .option('--keep-days <n>', 'keep what was used in the last n days', integer, 30)
    .option('--dry-run', 'list what would be removed, and remove nothing')
    .option('--json', 'as JSON')
    .addHelpText('after', exampleText(['cache gc --keep-days 14 --dry-run']))
    .action(action(gc));
}

async function gc({ keepDays, dryRun = false, json = false }: GcOptions): Promise<ExitCode> {
  const store = await openStore(storePlace(), { marksUse: false });
  const { garbage, notes } = await findGarbage(store, keepDays, new Date());
  const items = dryRun ? garbage : await removeGarbage(store, garbage);
  const bytes = items.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  if (json) print(JSON.stringify({ dryRun, keepDays, bytes, items, notes }, null, 2));
  else print([retentionRule(keepDays), garbageText(items, dryRun), ...notes].join('\n'));
  return exitCodes.done;
}
