import { test } from 'node:test';
import { expectEqualOn } from '../support/equal-machines.js';
import { useServers } from '../support/servers.js';
import { runOnDisk } from '../support/whole-run.js';

const servers = useServers();

void test('8 machines leave what one disk leaves', async (t) => {
  await expectEqualOn(t, servers(), 8, await runOnDisk(servers()));
});
