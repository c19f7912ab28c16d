const locales = [
  'ar', 'bn', 'zh', 'zh-Hant', 'ja', 'ko', 'hi', 'th', 'he', 'ru', 'el', 'ka', 'hy', 'am', 'ta', 'te', 'my', 'km', 'vi', 'tr', 'fa', 'ur',
  'gu', 'pa', 'ml', 'kn', 'si', 'lo', 'mn', 'uk', 'pl', 'de', 'fr', 'fi', 'hu', 'en',
]; // prettier-ignore
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const codes = letters.flatMap((first) => letters.map((second) => first + second));

/** Lists of the names of regions and languages in languages of many scripts, as ICU has them. */
export function namesOfEveryScript(): string[] {
  return locales.flatMap((locale) =>
    (['region', 'language'] as const).flatMap((type) => {
      const names = new Intl.DisplayNames([locale], { type, fallback: 'none' });
      const known = codes.flatMap((code) => names.of(type === 'region' ? code : code.toLowerCase()) ?? []);
      const list = new Intl.ListFormat(locale);
      return Array.from({ length: Math.ceil(known.length / 20) }, (_, at) =>
        list.format(known.slice(at * 20, at * 20 + 20)),
      );
    }),
  );
}
