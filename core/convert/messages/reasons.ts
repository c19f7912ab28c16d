import { rejectReasons, type RejectReason } from '../../contracts/conversion.js';

/** The reasons that were found to reject a row. The first one in the order of `rejectReasons` counts. */
export class Reasons {
  #first: RejectReason | undefined;

  add(reason: RejectReason): void {
    if (this.#first === undefined || rejectReasons.indexOf(reason) < rejectReasons.indexOf(this.#first))
      this.#first = reason;
  }

  get first(): RejectReason | undefined {
    return this.#first;
  }
}
