import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeScratch } from '../../files/scratch.js';

/**
 * The local disk of a worker: scratch, and copies of what it has brought from the store. Nothing here must
 * outlive the process. Several processes of one machine may share it.
 */
export class Workplace {
  /** An absolute path. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @param root - created where it is missing. */
  static async at(root: string): Promise<Workplace> {
    await mkdir(join(root, 'tmp'), { recursive: true });
    return new Workplace(root);
  }

  /** A new empty folder. The caller removes it. */
  scratch(): Promise<string> {
    return makeScratch(this.root);
  }
}
