import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ensureTemporalCli } from './temporal-cli.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();
afterEach(async () => {
  vi.unstubAllEnvs();
});

/** A program that answers --version as the given release would. */
async function programOf(version: string): Promise<string> {
  const file = path.join(folder, 'temporal');
  await writeFile(file, `#!/bin/sh\necho "temporal version ${version} (Server 0.0.0)"\n`, {
    mode: 0o755,
  });
  return file;
}

describe('the temporal program', () => {
  it('is the one that TEMPORAL_CLI_PATH names', async () => {
    const file = await programOf('1.7.0');
    vi.stubEnv('TEMPORAL_CLI_PATH', file);
    expect(await ensureTemporalCli()).toBe(file);
  });

  it('is not replaced quietly when TEMPORAL_CLI_PATH is wrong', async () => {
    vi.stubEnv('TEMPORAL_CLI_PATH', path.join(folder, 'absent'));
    await expect(ensureTemporalCli()).rejects.toThrow(
      /^TEMPORAL_CLI_PATH names .*absent, which is not a working temporal program\.$/,
    );
  });

  it('is taken from PATH when it is new enough', async () => {
    const file = await programOf('1.10.2');
    vi.stubEnv('TEMPORAL_CLI_PATH', '');
    vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
    expect(await ensureTemporalCli()).toBe(file);
  });

  it('is not taken from PATH when it is too old', async () => {
    const old = await programOf('1.4.0');
    vi.stubEnv('TEMPORAL_CLI_PATH', '');
    vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
    expect(await ensureTemporalCli()).not.toBe(old);
  });
});
