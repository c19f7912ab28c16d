/** The order of texts by their code points, as Python sorts them: negative where `one` comes first. */
function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const [unit, opposite] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (unit !== opposite) return place(unit) - place(opposite);
  }
  return one.length - other.length;
}

/** Surrogates write the code points above all that have one unit. */
function place(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** Named values in the order of the code points of their names. */
export function byName<Value>(
  members: Iterable<readonly [string, Value]>,
): readonly (readonly [string, Value])[] {
  return [...members].toSorted(([one], [other]) => compareCodePoints(one, other));
}
