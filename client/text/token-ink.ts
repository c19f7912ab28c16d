import { styleText } from 'node:util';
import type { SpanKind, TokenSpan } from '../../activities/tokenise/token-spans.js';

type Format = Extract<Parameters<typeof styleText>[0], readonly unknown[]>;

/** How trained tokens, context and special tokens are told apart. */
export interface Ink {
  /** What the marks mean. */
  readonly legend: string;
  /** Paints a piece of one line. */
  span(text: string, span: Pick<TokenSpan, 'kind' | 'special'>): string;
  /** Stands between two spans. */
  border(before: SpanKind, after: SpanKind): string;
  heading(text: string): string;
  /** Paints what is not in the tokens, such as counts of what is left out. */
  note(text: string): string;
}

/** Trained tokens stand in `⟦ ⟧`, which hardly any text has. */
const plainInk: Ink = {
  legend: '⟦trained⟧   context   ✂ cut off by max_tokens   ⏎ line break',
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
const colouredInk: Ink = {
  legend: [
    paintedSpan('trained', { kind: 'trained', special: false }),
    'context',
    `✂ ${paintedSpan('cut off by max_tokens', { kind: 'cut', special: false })}`,
    paintedSpan('special token', { kind: 'context', special: true }),
    '⏎ line break',
  ].join('   '),
  span: paintedSpan,
  border: (before, after) => (after === 'cut' && before !== 'cut' ? '✂' : ''),
  heading: (text) => paint(['bold'], text),
  note: (text) => paint(['gray'], text),
};

function paintedSpan(text: string, { kind, special }: Pick<TokenSpan, 'kind' | 'special'>): string {
  return paint([...formats[kind], ...(special ? (['inverse'] as const) : [])], text);
}

function paint(format: Format, text: string): string {
  return text === '' || format.length === 0 ? text : styleText(format, text, { validateStream: false });
}

/** Colours on a terminal that has them, unless NO_COLOR is set; else brackets. */
export function inkFor(stream: NodeJS.WriteStream): Ink {
  return stream.isTTY && stream.hasColors() ? colouredInk : plainInk;
}
