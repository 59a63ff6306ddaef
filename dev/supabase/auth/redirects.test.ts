import { describe, expect, it } from 'vitest';
import { answersChallenge } from './flows.js';
import { isLoopback, Redirects } from './redirects.js';
import { signInPage } from './sign-in-page.js';

const SITE = 'https://dreamcore.example';

describe('where a sign-in leads back to', () => {
  const redirects = new Redirects(SITE);

  it.each([`${SITE}/list`, `${SITE}/x?y=1#z`])('allows %s', (url) => {
    expect(redirects.choose(url)).toBe(new URL(url).href);
  });

  it.each(['http://localhost:3000/x?y=1', 'http://127.0.0.1:3000/', 'http://[::1]:3000/'])(
    'allows %s where the site is this machine, and no other port of it',
    (url) => {
      const site = 'http://localhost:3000';
      const other = url.replace('3000', '5173');
      expect(new Redirects(site).choose(url)).toBe(new URL(url).href);
      expect(new Redirects(site).choose(other)).toBe(site);
      expect(new Redirects(site).choose(url.replace('http:', 'https:'))).toBe(site);
      expect(redirects.choose(url)).toBe(SITE);
    },
  );

  it.each([
    null,
    '',
    '/list',
    'nonsense',
    'https://evil.example',
    'https://preview.example/other',
    'http://localhost:3000/x?y=1',
    'http://127.0.0.1:80/',
    'http://[::1]:5173/',
    'https://dreamcore.example.evil.example',
    'http://dreamcore.example',
    'https://dreamcore.example@evil.example/',
    'http://user:pw@localhost/',
    'javascript:alert(1)',
    'data:text/html,x',
    'http://127.1.evil.example',
    'ftp://localhost/',
  ])('leads back to the site in place of %s', (url) => {
    expect(redirects.choose(url)).toBe(SITE);
  });

  it('knows this machine’s names', () => {
    expect(['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'].every(isLoopback)).toBe(true);
    expect(
      ['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.example', '127.0.0.1.evil.example', ''].some(
        isLoopback,
      ),
    ).toBe(false);
  });
});

describe('PKCE', () => {
  it('accepts the verifier that RFC 7636 pairs with its challenge, and no other', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    expect(answersChallenge(verifier, challenge, 's256')).toBe(true);
    expect(answersChallenge(`${verifier}x`, challenge, 's256')).toBe(false);
    expect(answersChallenge(challenge, challenge, 's256')).toBe(false);
    expect(answersChallenge(challenge, challenge, 'plain')).toBe(true);
    expect(answersChallenge('', challenge, 'plain')).toBe(false);
  });
});

describe('the sign-in page', () => {
  it('shows what was typed as text', () => {
    const html = signInPage({
      language: 'ja',
      flowId: 'f',
      name: `"><img src=x onerror='x'>&`,
      email: '<b>',
      isRefused: true,
    });
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<b>');
    expect(html).toContain('&#34;&#62;&#60;img');
  });
});
