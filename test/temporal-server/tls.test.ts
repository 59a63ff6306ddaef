import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { newDataDir } from '../support/stack.js';

/** The TLS variant of `temporal-docker`: mutual, with certificates of its own script. */
let folder: string;
let temporal: OwnTemporal;
beforeAll(async () => {
  folder = await newDataDir();
  temporal = await startOwnTemporal(folder, true);
}, 600_000);
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
    const { clientEnv } = temporal;
    const file = path.join(folder, 'temporal.toml');
    await writeFile(
      file,
      `[profile.own]
address = "${temporal.address}"
namespace = "${temporal.namespace}"
[profile.own.tls]
server_name = "${clientEnv['TEMPORAL_TLS_SERVER_NAME']}"
server_ca_cert_path = "${clientEnv['TEMPORAL_TLS_SERVER_CA_CERT_PATH']}"
client_cert_path = "${clientEnv['TEMPORAL_TLS_CLIENT_CERT_PATH']}"
client_key_path = "${clientEnv['TEMPORAL_TLS_CLIENT_KEY_PATH']}"
`,
    );
    const { ok, said } = await temporal.prepare({
      TEMPORAL_CONFIG_FILE: file,
      TEMPORAL_PROFILE: 'own',
    });
    expect(ok, said).toBe(true);
    expect(said).toContain('Nothing was missing.');
  });
});
