import { createHash } from 'node:crypto';
import { openStore } from '../../../activities/artifacts/open-store.js';
import { TokenReader } from '../../../activities/tokenise/pieces/token-reader.js';
import { readTokens } from '../../../activities/tokenise/pieces/tokens-artifact.js';

// Run by a test: reads every example of a `tokens` artifact, all at once, and prints a hash of their tokens.
const [root = '', key = ''] = process.argv.slice(2);
const store = await openStore(root);
const tokens = await readTokens(store, { kind: 'tokens', key });
await Promise.all(tokens.pieces.map((piece) => store.get({ kind: 'token-piece', key: piece.key })));
const reader = await TokenReader.open(store, tokens, 'train');
const examples = await reader.read(reader.trainedExamples());
const hash = createHash('sha256');
for (const example of examples) hash.update(Buffer.from(example.tokens.buffer)).update(example.mask);
process.stdout.write(`${examples.length} ${hash.digest('hex')}\n`);
