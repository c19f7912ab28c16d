import { downloadAdapter } from '../../../../client/tinker/adapter-folder.js';
import { connectTinker } from '../../../../tinker/index.js';

/**
 * Fetches the adapter of a checkpoint and prints the most memory that it had, in bytes, before it and at its
 * end. Arguments: the server's address and the folder.
 */
const [baseUrl = '', folder = ''] = process.argv.slice(2);
const tinker = await connectTinker({ baseUrl, apiKey: 'tml-x', env: {} });
const before = process.resourceUsage().maxRSS * 1024;
await downloadAdapter(tinker, 'tinker://run/weights/a', folder);
console.log(JSON.stringify({ before, after: process.resourceUsage().maxRSS * 1024 }));
