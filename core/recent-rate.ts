const windowMs = 5000;

/** How much comes in a second, over the last five: a rate that forgets what was long ago, and what was there at the start. */
export class RecentRate {
  private readonly marks: { readonly atMs: number; readonly amount: number }[] = [];

  /** @param atMs - of any clock that does not go back. */
  add(amount: number, atMs: number): void {
    const last = this.marks.at(-1);
    // Marks closer than a tenth of a second tell nothing more.
    if (last !== undefined && atMs - last.atMs < 100)
      this.marks.splice(-1, 1, { atMs: last.atMs, amount: last.amount + amount });
    else this.marks.push({ atMs, amount });
    while ((this.marks[0]?.atMs ?? atMs) < atMs - windowMs) this.marks.shift();
  }

  /** `undefined` in the first second. */
  perSecond(nowMs: number): number | undefined {
    const recent = this.marks.filter(({ atMs }) => atMs >= nowMs - windowMs);
    const [first] = recent;
    if (first === undefined) return this.marks.length === 0 ? undefined : 0;
    const seconds = (nowMs - first.atMs) / 1000;
    return seconds < 1 ? undefined : recent.reduce((sum, { amount }) => sum + amount, 0) / seconds;
  }
}
