import { messageOf } from '../../core/errors.js';
import { findOnPath } from '../programs/executable.js';
import { buildWithGo } from '../programs/go-build.js';
import { installedProgram } from '../programs/installed-program.js';
import { downloadCli } from './download-cli.js';

/** The newest version of the CLI that `go install` can build. */
const builtVersion = 'v1.5.1';

/**
 * Returns the path of the Temporal CLI, which contains the server and its web UI. Takes the first of: PATH,
 * the cache, the download of the Temporal SDK, a build with Go.
 *
 * @param log - called with a line for each attempt.
 * @param signal - ends a build.
 * @throws {Error} that lists the failures and what to install; the signal's reason where it is aborted.
 */
export async function resolveTemporal(log: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const place = await installedProgram('temporal', 'Temporal CLI', log);
  if (place.found !== undefined) return place.found;
  const { target, cache } = place;
  const failures = await fetchCli(cache, target, log, signal);
  if (failures.length === 0) return target;
  throw new Error(
    [
      'There is no Temporal server on this machine, and none could be installed:',
      ...failures.map((failure) => `  - ${failure}`),
      'Do one of these, then run the command again:',
      '  - install the Temporal CLI and put `temporal` on PATH (https://docs.temporal.io/cli)',
      '  - install Go 1.23 or newer (https://go.dev/dl); Headrace then builds the CLI itself',
      '  - set TEMPORAL_ADDRESS to a Temporal cluster that you have (the demo always starts its own server)',
    ].join('\n'),
  );
}

/** Downloads or builds the CLI. Returns why each attempt failed; empty after a success. */
async function fetchCli(
  cache: string,
  target: string,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const failures: string[] = [];
  log('Temporal CLI: neither on PATH nor in the cache; downloading it with the Temporal SDK (about 60 MB) …');
  try {
    await downloadCli(cache, target);
    log(`Temporal CLI: downloaded to ${target}`);
    return [];
  } catch (error) {
    failures.push(`download: ${innermostReason(error)}`);
    log(`Temporal CLI: the download failed (${innermostReason(error)})`);
  }
  const go = await findOnPath('go');
  if (go === undefined) return [...failures, 'go: not on PATH'];
  log(`Temporal CLI: building ${builtVersion} with ${go}; this takes 3 to 5 minutes, once …`);
  try {
    const source = `github.com/temporalio/cli/cmd/temporal@${builtVersion}`;
    await buildWithGo({ go, name: 'Temporal CLI', source, target, cache, log, signal });
    log(`Temporal CLI: built, ${target}`);
    return [];
  } catch (error) {
    signal?.throwIfAborted();
    return [...failures, `go install: ${messageOf(error)}`];
  }
}

/** The last of the causes that the SDK chains in a message: "…: dns error: Name or service not known". */
function innermostReason(error: unknown): string {
  const text = messageOf(error);
  return text.trim().split(': ').at(-1) ?? text;
}
