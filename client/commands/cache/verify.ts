import type { Command } from 'commander';
import { storePlace, openStore } from '../../../activities/artifacts/open-store.js';
import { formatBytes } from '../../../core/format.js';
import { removeDamaged, verifyStore } from '../../cache/verify.js';
import { action } from '../../command-line/action.js';
import { exampleText } from '../../command-line/examples.js';
import { exitCodes } from '../../exit-codes.js';
import type { ExitCode } from '../../exit-codes.js';
import { verificationText } from '../../text/cache.js';
import { print, say } from '../../text/output.js';

export function register(cache: Command): void {
  cache
    .command('verify')
    .description('check the hash of every downloaded file and the sizes of every artifact')
    .option('--repair', 'remove what is damaged; the next run makes it again')
    .option('--json', 'as JSON')
    .addHelpText('after', exampleText(['cache verify --repair', 'the next run makes again what is damaged']))
    .action(action(verify));
}

/** Returns exit code 1 where something is damaged and `--repair` is not given. */
async function verify(options: { readonly repair?: boolean; readonly json?: boolean }): Promise<ExitCode> {
  const { repair = false, json = false } = options;
  const store = await openStore(storePlace(), { marksUse: false });
  const found = await verifyStore(store, (label, sizeBytes) => {
    if (!json) say(`checking ${label} (${formatBytes(sizeBytes)})`);
  });
  if (repair) await removeDamaged(store, found.damaged);
  print(json ? JSON.stringify({ ...found, removed: repair }, null, 2) : verificationText(found, repair));
  return found.damaged.length === 0 || repair ? exitCodes.done : exitCodes.failed;
}
