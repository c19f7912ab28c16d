/** Estimates the language of a text from its letters and commonest words. */

/** Scripts that identify a language, or at least a writing. Kana before Han: Japanese has both. */
const writings = [
  ['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Chinese', /\p{Script=Han}/gu],
  ['Korean', /\p{Script=Hangul}/gu],
  ['Arabic letters', /\p{Script=Arabic}/gu],
  ['Cyrillic letters', /\p{Script=Cyrillic}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Hebrew letters', /\p{Script=Hebrew}/gu],
  ['Devanagari letters', /\p{Script=Devanagari}/gu],
  ['Thai', /\p{Script=Thai}/gu],
] as const;

/** Words that are in nearly every sentence of the language, and not in the other languages. */
const commonWords: readonly (readonly [string, ReadonlySet<string>])[] = [
  ['English', 'the and of to is that it you for with are this not have what how can your be'],
  ['Spanish', 'el los las una que y es por con para del como su más pero está hay muy cómo qué'],
  ['French', 'le les des une et est que pour dans vous je pas sur avec ce il nous au comment être'],
  ['German', 'der die das und ist nicht ein eine zu mit ich sie auf den für wie von dem auch sind'],
  ['Portuguese', 'o os um uma que não é para com você em do da como mais são dos ao isso seu'],
  ['Italian', 'il lo gli che di è per non una sono con della come più nel questo anche ho si'],
  ['Dutch', 'de het een en van is niet dat ik je voor met zijn op te aan hoe ook er maar'],
].map(([name, words]) => [name ?? '', new Set((words ?? '').split(' '))] as const);

export const unknownLanguage = 'other or too short to tell';

/** Characters that are examined. */
const enough = 1_000;
/** Least share of letters for a script: one quoted word does not make a text Greek. */
const writingShare = 0.2;
/** Least number of common words. */
const fewestWords = 2;

export function languageOf(text: string): string {
  const head = text.slice(0, enough);
  const letters = head.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return unknownLanguage;
  // Latin letters end below all the others, and most texts have nothing else.
  const isLatin = !/[^\0-\u024f]/u.test(head);
  for (const [name, pattern] of isLatin ? [] : writings)
    if ((head.match(pattern)?.length ?? 0) > writingShare * letters) return name;
  const words = head.toLowerCase().match(/\p{L}+/gu) ?? [];
  let best: readonly [string, number] = [unknownLanguage, fewestWords - 1];
  for (const [name, common] of commonWords) {
    const hits = words.filter((word) => common.has(word)).length;
    if (hits > best[1]) best = [name, hits];
  }
  return best[0];
}
