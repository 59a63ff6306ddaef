import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_DIR } from '../../../src/process/programs.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession } from './browser.js';

/** A newcomer finds every page: by what is to be seen, without an address. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** Pages to which nothing leads, and why. */
const WITHOUT_A_WAY: Readonly<Record<string, string>> = {
  'not-found': 'an address that leads nowhere',
  offline: 'the service worker, without a network',
  'design-preview': 'designers, who know its address',
};

async function pagesOfTheApp(): Promise<string[]> {
  const files = (await readdir(CLIENT_DIR)).filter((name) => name.endsWith('.html'));
  const names = files.map(async (file) => {
    const html = await readFile(path.join(CLIENT_DIR, file), 'utf8');
    return /<body[^>]* data-page="([^"]+)"/.exec(html)?.[1] ?? `${file} has no name`;
  });
  return (await Promise.all(names)).filter((name) => !(name in WITHOUT_A_WAY)).sort();
}

describe.each(TESTED_SIZES)('on %s', (size) => {
  it('every page is reached from the first one by visible controls alone', async () => {
    const { api } = session;
    api.ops.isOperator = true;
    api.store.addPublished('みんなのゲーム');
    api.store.addGame('宇宙シューティング');
    const page = await session.page(size);
    const reached = new Set<string>();
    const isHere = async (name: string): Promise<void> => {
      await page.waitForSelector(`body[data-page="${name}"]`);
      reached.add(name);
    };
    await page.goto(api.url);
    await isHere('home');
    for (const [control, name] of [
      ['#signInLink', 'login'],
      ['#googleSignInButton:enabled', 'create'],
      ['.nav-discover', 'discover'],
      ['.project-card a', 'zap'],
      ['#backButton', 'discover'],
      ['.nav-notifications', 'notifications'],
      ['.nav-mypage', 'mypage'],
      ['.case-link', 'play'],
      ['footer a[href="/create"]', 'create'],
      ['.nav-mypage', 'mypage'],
      ['#opsLink', 'ops'],
      ['a[href="/mypage"]', 'mypage'],
      ['.nav-create', 'create'],
      ['.project-link', 'editor'],
      ['#publishButton', 'publish'],
      ['#submitButton:enabled', 'play'],
    ] as const) {
      await page.locator(control).first().click();
      await isHere(name);
    }
    expect([...reached].sort()).toEqual(await pagesOfTheApp());
  });
});
