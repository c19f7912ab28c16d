import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../../core/errors.js';
import {
  DiskError,
  type BulkMessage,
  type BulkReply,
  type GetMessage,
  type PutMessage,
} from './bulk-messages.js';
import { GetTransfer } from './get-transfer.js';
import { PutTransfer } from './put-transfer.js';

const running = new Map<number, { stop(): void }>();

async function run(message: GetMessage | PutMessage): Promise<BulkReply> {
  const { id } = message;
  try {
    if (message.kind === 'get') {
      const transfer = new GetTransfer(message);
      running.set(id, transfer);
      return { kind: 'got', id, result: await transfer.run() };
    }
    const transfer = new PutTransfer(message);
    running.set(id, transfer);
    return { kind: 'put', id, result: await transfer.run() };
  } catch (error) {
    const isDisk = error instanceof DiskError;
    const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {};
    return { kind: 'failed', id, message: messageOf(error), isDisk, ...code };
  } finally {
    running.delete(id);
  }
}

parentPort?.on('message', (message: BulkMessage) => {
  if (message.kind === 'stop') {
    running.get(message.id)?.stop();
    return;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void run(message).then((reply) => parentPort?.postMessage(reply));
});
