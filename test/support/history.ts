import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';

const maxEvents = 10_000;
const maxPayloadBytes = 64 * 1024;

/** What a history holds. */
export interface HistorySize {
  readonly events: number;
  /** Bytes of its largest payload. */
  readonly largest: number;
}

/** Asserts that a workflow's history stays under 10,000 events and each of its payloads under 64 KiB. */
export async function assertBoundedHistory(client: Client, workflowId: string): Promise<HistorySize> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const count = (events ?? []).length;
  assert.ok(count > 10 && count < maxEvents, `${workflowId}: ${count} events`);
  const largest = payloadSizes(events).reduce((most, size) => Math.max(most, size), 0);
  assert.ok(largest > 0 && largest < maxPayloadBytes, `${workflowId} has a payload of ${largest} bytes`);
  return { events: count, largest };
}

function payloadSizes(value: unknown): number[] {
  if (value instanceof Uint8Array) return [value.length];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(payloadSizes);
}
