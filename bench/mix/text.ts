import { Random } from '../../dev/corpora/random.js';

const syllables =
  'ka lo mi ter ven sun dra pel or ist ing ment ly con pre ab est ir on ul fer gra sto ch th en de re qua ze'.split(
    ' ',
  );
const specials = [
  'naïve café — “quoted”, déjà vu',
  '空はなぜ青いのですか。',
  'Привет, мир',
  'emoji 👩‍💻🎉 and flags 🇪🇸',
  'path C:\\temp\\new "file".txt',
  'tab\there, bell \u0007, line\u2028separator',
  '<div class="a">&amp;</div>',
];
const code = `\`\`\`python
def solve(items: list[str]) -> dict:
    """Return {"n": count}."""
    return {"n": len([x for x in items if x != "\\n"])}
\`\`\``;

/**
 * Text without meaning, at tens of megabytes a second: words of a language's lengths, code, escapes and other
 * scripts.
 */
export class TextSource {
  readonly random: Random;
  readonly #clauses: readonly string[];

  /** @param seed - equal seeds give equal texts. */
  constructor(seed: string) {
    this.random = new Random(seed);
    const words = Array.from({ length: 3000 }, () => this.#word());
    // Squared: few words are frequent, as in a language.
    const word = (): string => words[Math.floor(words.length * this.random.next() ** 2)] ?? '';
    this.#clauses = Array.from({ length: 30_000 }, () =>
      Array.from({ length: 3 + this.random.int(6) }, word).join(' '),
    );
  }

  /** About `length` characters: sentences, paragraphs, and now and then something that needs care. */
  text(length: number): string {
    const { random } = this;
    let made = '';
    while (made.length < length) {
      const clause = this.#clauses[random.int(this.#clauses.length)] ?? '';
      made += clause.charAt(0).toUpperCase() + clause.slice(1);
      const next = random.next();
      if (next < 0.02) made += ` ${specials[random.int(specials.length)] ?? ''}`;
      else if (next < 0.024) made += `\n\n${code}\n`;
      made += next > 0.85 ? '.\n\n' : next > 0.8 ? ', he said, "no". ' : '. ';
    }
    return made.trimEnd();
  }

  /** A length whose mean is `mean`, with a long tail. */
  length(mean: number): number {
    return Math.ceil(-Math.log(1 - this.random.next()) * mean);
  }

  #word(): string {
    return Array.from(
      { length: 1 + this.random.int(3) },
      () => syllables[this.random.int(syllables.length)],
    ).join('');
  }
}
