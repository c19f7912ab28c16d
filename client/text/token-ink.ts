import { styleText } from 'node:util';
import type { SpanKind, TokenSpan } from '../../activities/tokenise/token-spans.js';

type Format = Extract<Parameters<typeof styleText>[0], readonly unknown[]>;

/** How trained tokens, context and special tokens are told apart. */
export interface Ink {
  /** Paints a piece of one line. */
  span(text: string, span: Pick<TokenSpan, 'kind' | 'special'>): string;
  /** Stands between two spans. */
  border(before: SpanKind, after: SpanKind): string;
  heading(text: string): string;
  /** Paints what is not in the tokens, such as counts of what is left out. */
  note(text: string): string;
}

/** Trained tokens stand in `⟦ ⟧`, which hardly any text has. */
export const plainInk: Ink = {
  span: (text) => text,
  border: (before, after) => {
    if (before === after) return '';
    return `${before === 'trained' ? '⟧' : ''}${after === 'trained' ? '⟦' : ''}${after === 'cut' ? '✂' : ''}`;
  },
  heading: (text) => text,
  note: (text) => text,
};

const formats: Readonly<Record<SpanKind, Format>> = { trained: ['green'], context: [], cut: ['red'] };

/** Trained tokens are green, what is cut off is red, special tokens are inverse. */
export const colouredInk: Ink = {
  span: (text, { kind, special }) =>
    paint([...formats[kind], ...(special ? (['inverse'] as const) : [])], text),
  border: (before, after) => (after === 'cut' && before !== 'cut' ? '✂' : ''),
  heading: (text) => paint(['bold'], text),
  note: (text) => paint(['gray'], text),
};

function paint(format: Format, text: string): string {
  return text === '' || format.length === 0 ? text : styleText(format, text, { validateStream: false });
}

/** Colours on a terminal that has them, unless NO_COLOR is set; else brackets. */
export function inkFor(stream: NodeJS.WriteStream): Ink {
  return stream.isTTY && stream.hasColors() ? colouredInk : plainInk;
}
