import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Runs a few lines with a log in a process of its own and returns what came out on standard output.
 */
function logged(code: string, env: Record<string, string> = {}): string {
  const script =
    'import { createLog } from ' +
    `${JSON.stringify(fileURLToPath(new URL('./log.ts', import.meta.url)))};\nconst log = ` +
    `createLog('sample');\n${code}`;
  const run = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    {
      encoding: 'utf8',
      env: { ...process.env, LOG_LEVEL: 'info', ...env },
    },
  );
  expect(run.stderr).toBe('');
  return run.stdout;
}

describe('log', () => {
  it('writes one JSON object per line with name, level, time and message', () => {
    const lines = logged(`log.info({ jobId: 'j1' }, 'job opened'); log.warn('slow');`)
      .trim()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 30,
      name: 'sample',
      jobId: 'j1',
      msg: 'job opened',
    });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 40, msg: 'slow' });
  });

  it('removes secrets by field name, however deep, and keeps counters', () => {
    const out = logged(`log.info({ apikey: 's1',
      env: { ANTHROPIC_API_KEY: 's2', list: [{ refresh_token: 's3' }] },
      headers: { authorization: 's4', cookie: ['s5'] },
      password: { inner: 's6' }, secrets: new Map([['a', 's7']]), outputTokens: 12 }, 'm');`);
    expect(out).not.toMatch(/"s[1-7]"/);
    expect(JSON.parse(out)).toMatchObject({ outputTokens: 12, apikey: '[redacted]' });
  });

  it('removes secrets that stand inside texts, error messages included', () => {
    const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    const out = logged(
      `log.error({ err: new Error('GET /game/x?access_token=abc123&v=1 failed with Bearer ` +
        `tok.en-1') }, 'jwt ${jwt} sk-ant-api03-xyz postgres://app:pw9@127.0.0.1/db');`,
    );
    for (const secret of ['abc123', 'tok.en-1', jwt, 'xyz', 'pw9'])
      expect(out).not.toContain(secret);
    expect(out).toContain('&v=1');
    expect(out).toContain('127.0.0.1/db');
  });

  it('writes nothing that steers a terminal, and loses nothing of it', () => {
    const text = 'a\u202eb\u009bc\u001b[31m';
    const out = logged(`log.info({ file: ${JSON.stringify(text)} }, 'm');`);
    expect(out).not.toMatch(/[\u202e\u009b]|\u001b/);
    expect(JSON.parse(out)).toMatchObject({ file: text });
  });

  it('obeys LOG_LEVEL', () => {
    expect(logged(`log.info('a'); log.error('b');`, { LOG_LEVEL: 'error' })).not.toContain('"a"');
    expect(logged(`log.debug('c');`, { LOG_LEVEL: 'debug' })).toContain('"c"');
  });
});
