import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { messageOf } from '../../../core/errors.js';

const run = promisify(execFile);

/** Where what is fetched is kept between runs. */
const toolsDir = join(homedir(), '.cache', 'headrace', 'interop');
const fetchTimeoutMs = 5 * 60_000;

/**
 * Packages of the npm registry, with the hash of their tarballs. Neither's dependencies nor scripts are used.
 */
const driver = {
  name: 'playwright-core',
  version: '1.65.1',
  integrity:
    'sha512-hqPpz7blSMPxWVdoeE1yiBSzXsKiVOd2k+kjCvmUywD2GPO2Dd9HfcWnq9NN0GHbNZDFgZ9JfBFr+X5/BLo0qw==',
};
/** A Chromium for x64 Linux as files of a package: it needs a C library and brings the rest along. */
const shippedChromium = {
  name: '@sparticuz/chromium',
  version: '147.0.0',
  integrity:
    'sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ==',
};
type Package = typeof driver;

/** The little of a page that the tests use; the driver is fetched, so its own types are not here. */
export interface Page {
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  emulateMedia(media: {
    readonly media?: 'print' | 'screen';
    readonly colorScheme?: 'dark' | 'light';
  }): Promise<void>;
  goto(url: string): Promise<unknown>;
  fill(selector: string, text: string): Promise<void>;
  selectOption(selector: string, value: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  press(selector: string, key: string): Promise<void>;
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  pdf(options: { readonly format: string }): Promise<Buffer>;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'dialog', listener: (dialog: { dismiss(): Promise<void> }) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
}

export interface Browser {
  newPage(options?: { readonly javaScriptEnabled?: boolean }): Promise<Page>;
  close(): Promise<void>;
}

interface Driver {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
      readonly env: NodeJS.ProcessEnv;
      readonly timeout: number;
    }): Promise<Browser>;
  };
}

export type Opened = { readonly browser: Browser } | { readonly missing: string };

/**
 * Starts a headless Chromium: `CHROMIUM_PATH`, else one on PATH, else one from the npm registry. What cannot
 * be had is in `missing`; a browser that is there and does not start is an error.
 */
export async function openBrowser(): Promise<Opened> {
  let folder: string;
  try {
    folder = await fetched(driver, async (dir) => await Promise.resolve(dir));
  } catch (error) {
    return { missing: `${driver.name} cannot be had: ${messageOf(error)}` };
  }
  const found = await findChromium();
  if ('missing' in found) return found;
  const { chromium } = (await import(join(folder, 'index.mjs'))) as Driver;
  return {
    browser: await chromium.launch({
      executablePath: found.path,
      // As root there is no sandbox; the page is a file of ours that may load nothing.
      args: ['--no-sandbox', '--disable-gpu', ...found.args],
      env: { ...process.env, ...found.env },
      timeout: 120_000,
    }),
  };
}

type Found =
  | {
      readonly path: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly missing: string };

async function findChromium(): Promise<Found> {
  const named = process.env['CHROMIUM_PATH'];
  const path =
    named ?? (await onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']));
  if (path !== undefined) return { path, args: [], env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'there is no chromium on PATH, and CHROMIUM_PATH is not set' };
  try {
    const dir = await fetched(shippedChromium, unpackChromium);
    return {
      path: join(dir, 'chromium'),
      args: [],
      env: { LD_LIBRARY_PATH: join(dir, 'lib'), FONTCONFIG_PATH: dir },
    };
  } catch (error) {
    return {
      missing: `there is no chromium on PATH, CHROMIUM_PATH is not set, and ${shippedChromium.name} cannot be had: ${messageOf(error)}`,
    };
  }
}

/** The package's files are compressed with Brotli. */
async function unpackChromium(dir: string): Promise<string> {
  const unpacked = async (name: string): Promise<Buffer> =>
    brotliDecompressSync(await readFile(join(dir, 'bin', `${name}.br`)));
  await writeFile(join(dir, 'chromium'), await unpacked('chromium'), { mode: 0o755 });
  for (const name of ['al2023.tar', 'fonts.tar']) {
    await writeFile(join(dir, name), await unpacked(name));
    await run('tar', ['-xf', join(dir, name), '-C', dir]);
  }
  // The package's own names folders of the containers that it is made for.
  await writeFile(
    join(dir, 'fonts.conf'),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`,
  );
  return dir;
}

async function onPath(names: readonly string[]): Promise<string | undefined> {
  for (const name of names)
    for (const dir of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(dir, name);
      if (
        dir !== '' &&
        (await access(path, constants.X_OK).then(
          () => true,
          () => false,
        ))
      )
        return path;
    }
  return undefined;
}

/**
 * The folder of an unpacked package, fetched by npm where it is missing and checked against its hash. It gets
 * its name only when it is complete.
 */
async function fetched(
  { name, version, integrity }: Package,
  prepare: (dir: string) => Promise<string>,
): Promise<string> {
  const dir = join(toolsDir, `${name.replace(/^.*\//, '')}-${version}`);
  if (await isThere(dir)) return dir;
  await mkdir(toolsDir, { recursive: true });
  const partial = await mkdtemp(`${dir}.partial-`);
  try {
    process.stderr.write(`Fetching ${name} ${version} into ${dir}\n`);
    const { stdout } = await run(
      'npm',
      ['pack', '--silent', '--pack-destination', partial, `${name}@${version}`],
      { timeout: fetchTimeoutMs },
    );
    const tarball = join(partial, stdout.trim().split('\n').at(-1) ?? '');
    const hash = createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64');
    if (`sha512-${hash}` !== integrity)
      throw new Error(`${name} ${version} has the hash sha512-${hash}, not ${integrity}`);
    await run('tar', ['-xzf', tarball, '-C', partial, '--strip-components=1']);
    await rm(tarball);
    await prepare(partial);
    await rename(partial, dir).catch(async (error: unknown) => {
      // Another run was quicker: its folder is as good.
      if (!(await isThere(dir))) throw error;
    });
    return dir;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
