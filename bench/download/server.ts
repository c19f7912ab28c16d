import { startHub } from '../../dev/hub/index.js';

/**
 * The local Hub in a process of its own: `<root> <state>`. Its parent sends questions over IPC, and it
 * replies with what it has served.
 */
const [root = '', stateDir = ''] = process.argv.slice(2);
const hub = await startHub({ root, stateDir });
process.on('message', (question: { readonly ask: 'stats' | 'reset'; readonly bytesPerSecond?: number }) => {
  if (question.ask === 'reset') {
    hub.resetStats();
    hub.clearFaults();
    const { bytesPerSecond } = question;
    if (bytesPerSecond !== undefined) hub.fault({ path: '/storage/', kind: 'rate', bytesPerSecond });
  }
  const { bytes, requests, mostAtOnce } = hub.stats();
  process.send?.({ bytes, requests: requests.hub + requests.storage, mostAtOnce });
});
process.on('disconnect', () => void hub.close().then(() => process.exit(0)));
process.send?.({ url: hub.url });
