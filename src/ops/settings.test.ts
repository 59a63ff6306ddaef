import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { readSettings } from './settings.js';
import { fileFolder } from '../../test/support/own-folder.js';

const SERVER = 'temporal.example:7233';
const folder = fileFolder();
let file: string;
beforeAll(async () => {
  file = path.join(folder, 'temporal.toml');
  await writeFile(file, `[profile.own]\naddress = "${SERVER}"\n`);
});
afterEach(() => vi.unstubAllEnvs());

/** What the stack sees with these variables and no other of Temporal. */
function addressWith(variables: Readonly<Record<string, string>>): string | undefined {
  for (const name of ['ADDRESS', 'PROFILE', 'CONFIG_FILE']) vi.stubEnv(`TEMPORAL_${name}`, '');
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return readSettings('/dev/null').env.TEMPORAL_ADDRESS;
}

it('a profile names a server as a variable does, so none is embedded beside it', () => {
  const profile = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'own' };
  expect(addressWith({})).toBeUndefined();
  expect(addressWith(profile)).toBe(SERVER);
  expect(addressWith({ ...profile, TEMPORAL_ADDRESS: 'other:7233' })).toBe('other:7233');
});

it('a profile that is not there is told in a sentence', () => {
  const profile = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'nobody' };
  expect(() => addressWith(profile)).toThrow(
    "TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE: Profile 'nobody' not found",
  );
});
