const entry = /<Contents>.*?<Key>(.*?)<\/Key>.*?<\/Contents>/gs;

/** A list of objects without those at some paths `/bucket/key`. */
export function withoutObjects(xml: string, bucket: string, paths: ReadonlySet<string>): string {
  let removed = 0;
  const rest = xml.replace(entry, (contents, key: string) => {
    if (!paths.has(`/${bucket}/${unescapeXml(key)}`)) return contents;
    removed += 1;
    return '';
  });
  return rest.replace(/<KeyCount>(\d+)<\/KeyCount>/, (_, count: string) => {
    return `<KeyCount>${Number(count) - removed}</KeyCount>`;
  });
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
