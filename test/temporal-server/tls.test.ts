import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { patient } from '../support/patience.js';
import { say } from '../support/player.js';
import { newDataDir, startStack } from '../support/stack.js';
import { expectJobDone } from './expect-job-done.js';

/** The TLS variant of `temporal-docker`: mutual, with certificates of its own script. */
let folder: string;
let temporal: OwnTemporal;
let profile: Record<string, string>;
beforeAll(async () => {
  folder = await newDataDir();
  temporal = await startOwnTemporal(folder, 'certificates');
  profile = await writeProfile();
}, patient(600_000));
afterAll(async () => {
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a Temporal server that wants certificates', () => {
  it('lets nobody in who has none', async () => {
    const {
      TEMPORAL_TLS_CLIENT_CERT_PATH: _,
      TEMPORAL_TLS_CLIENT_KEY_PATH: __,
      ...rest
    } = temporal.clientEnv;
    expect((await temporal.prepare(rest)).ok).toBe(false);
    expect((await temporal.prepare({ TEMPORAL_ADDRESS: temporal.address })).ok).toBe(false);
  });

  it('is prepared with certificates named by variables', async () => {
    const { ok, said } = await temporal.prepare();
    expect(ok, said).toBe(true);
    expect(said).toContain('Made the namespace dreamcore');
  });

  it('and with those of a profile in a file', async () => {
    const { ok, said } = await temporal.prepare(profile);
    expect(ok, said).toBe(true);
    expect(said).toContain('Nothing was missing.');
  });

  it('carries the product, which knows it by the profile alone', async () => {
    const stack = await startStack({ env: profile });
    try {
      await expectJobDone(stack, (player) => say(player));
    } finally {
      await stack.stop();
    }
  });
});

/** A file as Temporal's own clients have it, and the variables that name it. */
async function writeProfile(): Promise<Record<string, string>> {
  const { address, namespace, clientEnv } = temporal;
  const file = path.join(folder, 'temporal.toml');
  await writeFile(
    file,
    `[profile.own]
address = "${address}"
namespace = "${namespace}"
[profile.own.tls]
server_name = "${clientEnv['TEMPORAL_TLS_SERVER_NAME']}"
server_ca_cert_path = "${clientEnv['TEMPORAL_TLS_SERVER_CA_CERT_PATH']}"
client_cert_path = "${clientEnv['TEMPORAL_TLS_CLIENT_CERT_PATH']}"
client_key_path = "${clientEnv['TEMPORAL_TLS_CLIENT_KEY_PATH']}"
`,
  );
  return { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'own' };
}
