import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { patient } from '../support/patience.js';
import { say } from '../support/player.js';
import { newDataDir, startStack } from '../support/stack.js';
import { expectJobDone } from './expect-job-done.js';

/** As Temporal Cloud does it: TLS, and a key that says what its holder may do. */
let folder: string;
let temporal: OwnTemporal;
beforeAll(async () => {
  folder = await newDataDir();
  temporal = await startOwnTemporal(folder, 'keys');
}, patient(600_000));
afterAll(async () => {
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Variables with a key for these permissions instead of the one that may do everything. */
async function withKeyFor(...permissions: string[]): Promise<Record<string, string>> {
  const key = await temporal.keyFor?.(...permissions);
  return { ...temporal.clientEnv, TEMPORAL_API_KEY: key ?? '' };
}

describe('a Temporal server that wants an API key', () => {
  it('lets nobody in who has none, or one for another namespace', async () => {
    const { TEMPORAL_API_KEY: _, ...rest } = temporal.clientEnv;
    expect((await temporal.prepare(rest)).ok).toBe(false);
    expect((await temporal.prepare(await withKeyFor('others:admin'))).ok).toBe(false);
  });

  it("is prepared with the key of its namespace's administrator", async () => {
    const { ok, said } = await temporal.prepare(await withKeyFor('dreamcore:admin'));
    expect(ok, said).toBe(true);
    expect(said).toContain('Made the namespace dreamcore');
  });

  it('carries the product with a key that may write, and no log shows the key', async () => {
    const env = await withKeyFor('dreamcore:write');
    const stack = await startStack({ env });
    try {
      await expectJobDone(stack, (player) => say(player));
      expect(stack.logs()).not.toContain(env['TEMPORAL_API_KEY']);
    } finally {
      await stack.stop();
    }
  });
});
