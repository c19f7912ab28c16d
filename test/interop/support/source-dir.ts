import { fileURLToPath } from 'node:url';

/** The repository's root; this file runs from `dist/test/interop/support`. */
export const repositoryDir = fileURLToPath(new URL('../../../../', import.meta.url));

/** Where the Python scripts stand: `tsc` does not copy them. */
export const sourceDir = fileURLToPath(new URL('../../../../test/interop/python/', import.meta.url));
