import { describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { ConfigError, parseConfig, parseWorkerConfig } from './config.js';
import { vapidOf } from './vapid.js';

const required = {
  SUPABASE_URL: 'http://127.0.0.1:54321/',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'x'.repeat(32),
};

describe('configuration', () => {
  it('reports every mistake together and never a value', () => {
    const run = () => parseConfig({ PORT: 'seven', DEMO: 'yes', SUPABASE_ANON_KEY: 'hush-hush' });
    expect(run).toThrow(ConfigError);
    try {
      run();
    } catch (error) {
      const text = (error as Error).message;
      for (const name of [
        'PORT',
        'DEMO',
        'SUPABASE_URL: is required',
        'SUPABASE_SERVICE_ROLE_KEY: is required',
        'CALLBACK_SECRET: is required',
      ])
        expect(text).toContain(name);
      expect(text).not.toContain('hush-hush');
    }
  });

  it('reads "false" as false', () => {
    expect(parseConfig({ ...required, DEMO: 'false' }).DEMO).toBe(false);
    expect(parseConfig({ ...required, DEMO: 'true' }).DEMO).toBe(true);
  });

  it('is frozen and fills what follows from other values', () => {
    const config = parseConfig({ ...required, PORT: '4000', PUBLIC_URL: '' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(config.PUBLIC_URL).toBe('http://localhost:4000');
    expect(config.CALLBACK_BASE_URL).toBe('http://127.0.0.1:4000');
    expect(config.SUPABASE_JWT_ISSUER).toBe('http://127.0.0.1:54321/auth/v1');
    expect(config.HOST).toBe('0.0.0.0');
    expect(parseConfig({ ...required, EMBEDDED_SUPABASE_URL: 'http://127.0.0.1:5' }).HOST).toBe(
      '127.0.0.1',
    );
  });

  it('has one secret stand in for all, and the one before it while it changes', () => {
    const before = 'y'.repeat(32);
    const changing = { ...required, CALLBACK_SECRET_OLD: before };
    const [old, own] = [{ PUBLISH_CHECK_SECRET_OLD: before }, { GAME_PATH_SECRET: 'z'.repeat(32) }];
    expect(parseConfig(changing)).toMatchObject({ ...old, GAME_PATH_SECRET_OLD: before });
    expect(parseConfig({ ...changing, ...own }).GAME_PATH_SECRET_OLD).toBeUndefined();
  });

  it('takes a pair for Web Push that fits, and says whom push services can write to', () => {
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    const pair = { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
    const VAPID_SUBJECT = 'mailto:push@example.com';
    const parse = (env: Record<string, string>) => parseConfig({ ...required, ...env });
    expect(vapidOf(parse({ ...pair, VAPID_SUBJECT }))).toEqual({
      publicKey,
      privateKey,
      subject: VAPID_SUBJECT,
    });
    expect(vapidOf(parse({}))).toBeNull();
    expect(vapidOf(parse({ VAPID_PUBLIC_KEY: publicKey }))).toBeNull();
    const other = webPush.generateVAPIDKeys().publicKey;
    for (const wrong of [other, ''])
      expect(() => parse({ ...pair, VAPID_PUBLIC_KEY: wrong, VAPID_SUBJECT })).toThrow(
        /VAPID_PRIVATE_KEY: does not belong to VAPID_PUBLIC_KEY/,
      );
    expect(() => parse(pair)).toThrow(/VAPID_SUBJECT: is required/);
    expect(() => parse({ ...pair, VAPID_SUBJECT: 'http://a.test' })).toThrow(/VAPID_SUBJECT/);
    const worker = { ...required, ANTHROPIC_API_KEY: 'key', VAPID_PUBLIC_KEY: publicKey };
    expect(() => parseWorkerConfig(worker)).toThrow(/VAPID_PRIVATE_KEY: is required/);
  });

  it('has pushes sent to this machine in tests alone', () => {
    const at = (PUSH_TEST_ORIGIN: string, NODE_ENV = 'test') =>
      parseConfig({ ...required, NODE_ENV, PUSH_TEST_ORIGIN }).PUSH_TEST_ORIGIN;
    expect(at('http://127.0.0.1:8/')).toBe('http://127.0.0.1:8');
    expect(() => at('http://127.0.0.1.test:8')).toThrow(/is not on this machine/);
    expect(() => at('http://10.0.0.1:8')).toThrow(/is not on this machine/);
    expect(() => at('http://127.0.0.1:8', 'production')).toThrow(/is for tests only/);
  });

  it('refuses a daily limit that does not cover one run; 0 is no limit', () => {
    for (const name of ['BUDGET_DAILY_USD', 'USER_DAILY_USD', 'GUEST_DAILY_USD']) {
      expect(() =>
        parseConfig({ ...required, CLAUDE_MAX_BUDGET_USD: '2', [name]: '1.99' }),
      ).toThrow(new RegExp(`${name}: is less than CLAUDE_MAX_BUDGET_USD`));
      expect(() => parseConfig({ ...required, [name]: '-1' })).toThrow(name);
      expect(parseConfig({ ...required, CLAUDE_MAX_BUDGET_USD: '2', [name]: '2' })).toMatchObject({
        [name]: 2,
      });
    }
    expect(parseConfig(required)).toMatchObject({ BUDGET_DAILY_USD: 0, USER_DAILY_USD: 0 });
  });

  it('M1: bounds what the house loses for a user, in proportion to what he may pay', () => {
    const lossOf = (env: object) => parseConfig({ ...required, ...env }).USER_DAILY_LOSS_USD;
    expect(lossOf({})).toBe(10);
    expect(lossOf({ USER_DAILY_USD: '4' })).toBe(12);
    expect(lossOf({ USER_DAILY_USD: '4', USER_DAILY_LOSS_USD: '0' })).toBe(0);
  });

  it('M1: bounds what all guests cost, so that ten of their runs may go on at once', () => {
    const limitOf = (env: object) => parseConfig({ ...required, ...env }).GUEST_DAILY_USD;
    expect(limitOf({ CLAUDE_MAX_BUDGET_USD: '3' })).toBe(30);
    expect(limitOf({ GUEST_DAILY_USD: '0' })).toBe(0);
  });

  it('asks the worker, and only the worker, for a model key', () => {
    expect(() => parseWorkerConfig(required)).toThrow(/ANTHROPIC_API_KEY/);
    expect(parseWorkerConfig({ ...required, ANTHROPIC_API_KEY: 'k' }).ANTHROPIC_API_KEY).toBe('k');
  });
});
