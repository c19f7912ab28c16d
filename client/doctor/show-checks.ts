import { checkLines } from './checks.js';
import type { Check } from './checks.js';
import { print } from '../text/output.js';

/** Collects checks, and prints each as it is added, unless they are printed as JSON in the end. */
export class ShownChecks {
  readonly #json: boolean;
  readonly #checks: Check[] = [];

  constructor(json: boolean) {
    this.#json = json;
  }

  get checks(): readonly Check[] {
    return this.#checks;
  }

  get ok(): boolean {
    return this.#checks.every(({ status }) => status !== 'failed');
  }

  add(check: Check): void {
    this.#checks.push(check);
    if (!this.#json) print(checkLines(check).join('\n'));
  }
}
