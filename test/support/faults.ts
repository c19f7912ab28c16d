import assert from 'node:assert/strict';

/** Has a local Hub or Tinker server play faults on its next requests. */
export async function postFaults(url: string, ...faults: readonly object[]): Promise<void> {
  for (const fault of faults) {
    const response = await fetch(`${url}/dev/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    assert.ok(response.ok, await response.text());
  }
}

/** Removes all faults that a local server has left to play. */
export async function clearFaults(url: string): Promise<void> {
  const response = await fetch(`${url}/dev/faults`, { method: 'DELETE' });
  assert.ok(response.ok, await response.text());
}
