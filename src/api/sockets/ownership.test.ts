import { describe, expect, it } from 'vitest';
import { createStore } from '../../store/index.js';
import { pino } from 'pino';
import { rightsOf } from './ownership.js';

const store = createStore(
  {
    SUPABASE_URL: 'http://127.0.0.1:9',
    SUPABASE_ANON_KEY: 'anon',
    SUPABASE_SERVICE_ROLE_KEY: 'service',
  },
  pino({ level: 'silent' }),
);

function identity(exp: number) {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    id: 'u',
    email: '',
    metadata: {},
    isOperator: false,
    isGuest: false,
    token: `${part({ alg: 'none' })}.${part({ sub: 'u', exp })}.x`,
  };
}

describe('websocket.md §14 #9: a socket that outlives its token', () => {
  it(
    "acts with the user's own rights while the token lasts, and by its checked identity " +
      'afterwards',
    () => {
      const nowS = Date.now() / 1000;
      expect(rightsOf(store, identity(nowS + 60))).not.toBe(store);
      expect(rightsOf(store, identity(nowS - 1))).toBe(store);
    },
  );
});
