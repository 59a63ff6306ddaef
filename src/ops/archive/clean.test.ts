import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCleaner } from './clean.js';

const CANARY = 'canary-0123456789';
const cleaner = createCleaner([
  { ANTHROPIC_API_KEY: CANARY, CALLBACK_SECRET: 'canary-of-callbacks', PORT: '12345678' },
  { DB_PASSWORD: 'short' },
]);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('what leaves the machine', () => {
  it('has no secret that a variable holds, wherever it stands', () => {
    expect(cleaner.text(`a ${CANARY} b ${CANARY} canary-of-callbacks`)).toBe(
      'a [redacted] b [redacted] [redacted]',
    );
    expect(cleaner.json({ a: [{ b: `x${CANARY}` }], port: '12345678', n: 1, z: null })).toEqual({
      a: [{ b: 'x[redacted]' }],
      port: '12345678',
      n: 1,
      z: null,
    });
  });

  it('has none in the payloads of a history either, and keeps the others byte for byte', () => {
    const payload = (data: string) => ({ metadata: { encoding: 'x' }, data });
    const plain = base64('{"text":"ゲーム","n":[1,2]}');
    expect(
      cleaner.json({ payloads: [payload(base64(`{"key":"${CANARY}"}`)), payload(plain)] }),
    ).toEqual({ payloads: [payload(base64('{"key":"[redacted]"}')), payload(plain)] });
    expect(cleaner.json(payload(base64(`no JSON ${CANARY}`)))).toEqual(
      payload(base64('no JSON [redacted]')),
    );
  });

  it('has nothing that looks like a token', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
    expect(cleaner.text(`got ${jwt}`)).toBe('got [redacted]');
  });

  it('has recordings as they are, but for secrets', async () => {
    const sound = gzipSync('const token=1;\n');
    expect(await cleaner.recording(sound)).toBe(sound);
    const cleaned = await cleaner.recording(gzipSync(`{"text":"${CANARY}"}\n`));
    expect(gunzipSync(cleaned).toString()).toBe('{"text":"[redacted]"}\n');
  });
});
