import { messageOf } from '../../core/errors.js';
import { findOnPath } from '../programs/executable.js';
import { buildWithGo } from '../programs/go-build.js';
import { installedProgram } from '../programs/installed-program.js';

/** Versions before it let several writers win a conditional put. */
const builtVersion = 'v1.8.0';

/**
 * Returns the path of versitygw, an S3 server that keeps objects as files. Takes the first of: PATH, the
 * cache, a build with Go.
 *
 * @param log - called with a line for each attempt.
 * @param signal - ends a build.
 * @throws {Error} with the reason and what to install; the signal's reason where it is aborted.
 */
export async function resolveVersitygw(log: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const place = await installedProgram('versitygw', 'S3 server', log);
  if (place.found !== undefined) return place.found;
  const { target, cache } = place;
  const go = await findOnPath('go');
  if (go === undefined) throw notInstalled('go is not on PATH');
  log(`S3 server: building versitygw ${builtVersion} with ${go}; this takes a minute, once …`);
  try {
    const source = `github.com/versity/versitygw/cmd/versitygw@${builtVersion}`;
    await buildWithGo({ go, name: 'S3 server', source, target, cache, log, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw notInstalled(`go install: ${messageOf(error)}`, error);
  }
  log(`S3 server: built, ${target}`);
  return target;
}

function notInstalled(why: string, cause?: unknown): Error {
  return new Error(
    [
      'There is no S3 server on this machine, and none could be built:',
      `  - ${why}`,
      'Do one of these, then run the command again:',
      `  - install versitygw ${builtVersion} or newer and put it on PATH (https://github.com/versity/versitygw)`,
      '  - install Go 1.25 or newer (https://go.dev/dl); Headrace then builds versitygw itself',
      '  - set HEADRACE_STORE and AWS_ENDPOINT_URL_S3 to a bucket that you have',
    ].join('\n'),
    { cause },
  );
}
