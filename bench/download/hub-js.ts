import { snapshotDownload } from '@huggingface/hub';

/** `@huggingface/hub`'s own way: `<endpoint> <folder> <dataset>`. */
const [hubUrl = '', cacheDir = '', name = ''] = process.argv.slice(2);
await snapshotDownload({ repo: { type: 'dataset', name }, hubUrl, cacheDir });
