const [quote, openList, openObject] = [0x22, 0x5b, 0x7b];
const [letterF, letterN, letterT] = [0x66, 0x6e, 0x74];
const [dot, digit0, digit1] = [0x2e, 0x30, 0x31];

/** Whether the JSON value `bytes[start, end)` is `null`, `""`, `[]` or `{}`. */
export function isEmptyValue(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  if (end - start === 2) return first === quote || first === openList || first === openObject;
  return end - start === 4 && first === letterN;
}

/** Whether the JSON value that begins at `start` is a string. */
export function isString(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === quote;
}

/** Whether the JSON value that begins at `start` is a list. */
export function isList(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === openList;
}

/**
 * 0 where the JSON value `bytes[start, end)` is `0`, `0.0` or `false`, 1 where it is `1`, `1.0` or `true`;
 * `undefined` for any other.
 */
export function bitAt(bytes: Uint8Array, start: number, end: number): 0 | 1 | undefined {
  const first = bytes[start];
  switch (end - start) {
    case 4:
      return first === letterT ? 1 : undefined;
    case 5:
      return first === letterF ? 0 : undefined;
    case 3:
      if (bytes[start + 1] !== dot || bytes[start + 2] !== digit0) return undefined;
      break;
    case 1:
      break;
    default:
      return undefined;
  }
  if (first === digit0) return 0;
  return first === digit1 ? 1 : undefined;
}
