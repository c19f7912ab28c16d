import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Where the build leaves the workflow bundle, beside the compiled code. */
export const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** The compiled workflows. */
export const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));

/** Bundles the compiled workflows ahead, so that a worker starts at once and runs exactly what was tested. */
async function writeBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    logger: {
      log: () => undefined,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => process.stderr.write(`${message}\n`),
      error: (message) => process.stderr.write(`${message}\n`),
    },
  });
  await writeFile(bundlePath, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle();
