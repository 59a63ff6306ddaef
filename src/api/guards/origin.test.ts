import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { isUpgradeOriginAllowed, ofFolder, refuseSandboxed } from './origin.js';

/** Is a request passed on at an address that no route has? */
const isPassed = (method: string, path: string, origin: string | undefined): boolean => {
  let passed = false;
  const res = { status: () => res, json: () => res } as unknown as Response;
  const req = { method, path, headers: { origin } } as unknown as Request;
  void ofFolder(refuseSandboxed)(req, res, () => (passed = true));
  return passed;
};

describe('HTTP requests of a sandboxed page (Origin: null)', () => {
  it.each([
    ['GET', '/game/x', true],
    ['HEAD', '/vendor/three@0.187.0/none.js', true],
    ['GET', '/GLOBAL-ASSETS/c', true],
    ['POST', '/game/u/p/index.html', false],
    ['OPTIONS', '/vendor/x', false],
    ['GET', '/api/assets/x/y/z', false],
    ['GET', '/', false],
    ['GET', '/gamester/x', false],
    ['GET', '/api/game/x', false],
  ])('%s %s is answered: %s', (method, path, expected) => {
    expect(isPassed(method, path, 'null')).toBe(expected);
  });

  it('leaves every other origin to CORS', () => {
    expect(isPassed('POST', '/api/nothing', undefined)).toBe(true);
    expect(isPassed('POST', '/api/nothing', 'https://elsewhere.test')).toBe(true);
  });
});

describe('WebSocket upgrades', () => {
  const config = {
    PUBLIC_URL: 'https://app.test',
    CORS_ALLOWED_ORIGINS: ['https://friend.test'],
    GAMES_ORIGIN: 'https://games.test',
  };
  it.each([
    ['no origin', undefined, 'app.test', true],
    ['a sandboxed page', 'null', 'app.test', false],
    ['the page itself', 'http://localhost:3000', 'localhost:3000', true],
    ['the public address', 'https://app.test', '10.0.0.7:3000', true],
    ['a listed origin', 'https://friend.test', 'app.test', true],
    ['another site', 'https://evil.test', 'app.test', false],
    ['another port', 'http://localhost:4000', 'localhost:3000', false],
    ['no sense', 'nonsense', 'app.test', false],
    ['the games host', 'https://games.test', 'games.test', false],
    ['a program on the games host', undefined, 'games.test', false],
  ])('from %s', (_, origin, host, expected) => {
    expect(isUpgradeOriginAllowed({ origin, host }, config)).toBe(expected);
  });

  it('never allows null, not even when it is listed', () => {
    expect(
      isUpgradeOriginAllowed(
        { origin: 'null', host: 'app.test' },
        { ...config, CORS_ALLOWED_ORIGINS: ['null'] },
      ),
    ).toBe(false);
  });
});
