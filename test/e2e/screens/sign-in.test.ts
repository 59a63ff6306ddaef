import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inFullRuns } from '../../scope.js';
import { check } from './audit.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, texts, until } from './browser.js';

const CACHE = 'dreamcore_session_cache';
const ADOPT = 'POST /api/account/adopt-guest';
const cachedToken = (page: Page) =>
  page.evaluate<string>(`JSON.parse(localStorage.getItem('${CACHE}')).session.access_token`);
/** The stored session is one of long ago. */
const endStored = (page: Page) =>
  page.evaluate(`(() => {
    localStorage.removeItem('${CACHE}');
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith('sb-')))
      localStorage.setItem(key, JSON.stringify({
        ...JSON.parse(localStorage.getItem(key)), expires_at: 1_700_000_000 }));
  })()`);

/** What the server was sent, in order. */
const messages = () =>
  session.api.sockets.received
    .filter(({ type }) => type === 'message')
    .map(({ content }) => content);

let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

describe.each(TESTED_SIZES)('sign-in on %s', (size) => {
  it('leads from the button to the list: the name in the header, no token in the URL', async () => {
    const page = await session.page(size);
    await session.signIn(page);
    expect(page.url()).toBe(`${session.api.url}/create.html`);
    expect(await page.innerText('#userName')).toBe('ゲーム太郎');
    expect(await cachedToken(page)).toMatch(/^ey/);
    expect(session.complaints).toEqual([]);
  });
});

describe('sign-in', () => {
  it('says DEMO on every page while the demo model works, and never without it', async () => {
    const page = await session.signedIn('phone');
    expect(await texts(page, '.demo-strip')).toHaveLength(1);
    session.api.demo = false;
    await page.goto(session.api.url);
    await page.waitForURL('**/create.html');
    await page.waitForSelector('#projectGrid[aria-busy="false"]');
    expect(await texts(page, '.demo-strip')).toHaveLength(0);
    session.api.demo = true;
  });

  it('keeps a wish of the first page over the sign-in, and sends it once', async () => {
    const page = await session.page('phone');
    await page.goto(session.api.url);
    await page.fill('#wishInput', '釣りゲームを作って');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${session.api.url}/signin`);
    await page.goBack();
    expect(await page.inputValue('#wishInput')).toBe('釣りゲームを作って');
    await page.click('.wish-box .primary');
    await page.click('#googleSignInButton:enabled');
    await page.waitForURL('**/project/*');
    await page.waitForSelector('.message.user:has-text("釣りゲームを作って")');
    await page.waitForSelector('.message.assistant');
    expect(messages()).toEqual(['釣りゲームを作って']);
    expect(session.complaints).toEqual([]);
  });

  it('begins the wish of a guest without any form, and offers him to keep the game', async () => {
    session.api.guests = true;
    const page = await session.page('phone');
    await page.goto(session.api.url);
    await page.click('.wish-ideas .chip');
    const wish = await page.inputValue('#wishInput');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/project/*');
    await page.waitForSelector('.message.assistant');
    expect(messages()).toEqual([wish]);
    const place = new URL(page.url()).pathname;
    await page.click('.guest-line a');
    await page.waitForSelector('#loginNote:has-text("引き継がれます")');
    await page.click('#googleSignInButton:enabled');
    await page.waitForURL(`**${place}`);
    await page.waitForSelector('.message.assistant');
    expect(await page.locator('.guest-line').count()).toBe(0);
    expect(session.complaints).toEqual([]);
  });

  inFullRuns('what stands in a guest’s way; the way itself is walked above', () => {
    it('says why a guest cannot begin, and keeps what he wrote', async () => {
      session.api.guests = true;
      const page = await session.page('phone');
      await page.goto(session.api.url);
      await page.fill('#wishInput', '釣りゲームを作って');
      session.api.failures.set('POST /auth/v1/signup', { status: 429 });
      await page.click('.wish-box .primary');
      await page.waitForSelector('#wishProblem:has-text("少し待つか、ログインして")');
      await check(page, 'first page, too many guests');
      await page.context().setOffline(true);
      await page.click('.wish-box .primary');
      await page.waitForSelector('#wishProblem:has-text("ネットワークにつながっていません")');
      expect(await page.inputValue('#wishInput')).toBe('釣りゲームを作って');
      await page.context().setOffline(false);
      await page.click('.wish-box .primary');
      await page.waitForURL('**/project/*');
      await page.waitForSelector('.message.user:has-text("釣りゲームを作って")');
    });

    it('asks a guest for an account where one is needed, and says why', async () => {
      session.api.guests = true;
      const game = session.api.store.addPublished('みんなのゲーム');
      const page = await session.page('phone');
      await page.goto(session.api.url);
      await page.fill('#wishInput', '釣りゲームを作って');
      await page.click('.wish-box .primary');
      await page.waitForURL('**/project/*');
      await page.waitForSelector('.message.assistant');
      await check(page, 'editor of a guest');
      const asked = async (why: string): Promise<void> => {
        await page.waitForSelector(`.confirm-card:has-text("${why}")`);
        await page.keyboard.press('Escape');
      };
      await page.click('#publishButton');
      await asked('公開にはログインが必要です');
      await page.click('#plusButton');
      await page.click('#imageGenButton');
      await asked('画像や音にはログインが必要です');
      await page.goto(`${session.api.url}/game.html?id=${game.id}`);
      await page.click('#likeButton');
      await asked('このゲームに戻ります');
      await page.goto(`${session.api.url}/create`);
      const message = 'Guests can make one game. Please sign in to make more.';
      const refusal = { type: 'error', message, error: { code: 'GUEST_PROJECT_LIMIT', message } };
      session.api.sockets.overrides.set('createProject', () => refusal);
      await page.click('#createProjectButton:enabled');
      await asked('ゲストが作れるゲームは1つです');
      await page.click('#createProjectButton:enabled');
      await page.click('.confirm-card:has-text("ゲストが作れるゲームは1つです") .primary');
      await page.waitForSelector('#loginReason:text-is("ゲストが作れるゲームは1つです")');
      await page.waitForSelector('#loginNote:has-text("引き継がれます")');
      await check(page, 'sign-in, with the reason');
      await page.goto(`${session.api.url}/signin?needed=toString`);
      await page.waitForSelector('#loginNote:has-text("引き継がれます")');
      expect(await page.isVisible('#loginReason')).toBe(false);
      await page.goto(`${session.api.url}/create`);
      await page.waitForSelector('#projectGrid[aria-busy="false"]');
      await check(page, 'list of a guest');
      await page.goto(`${session.api.url}/mypage`);
      await page.waitForSelector('#profileName:has-text("ゲスト")');
      await check(page, 'my page of a guest');
      expect(await page.isVisible('#signOutButton')).toBe(false);
    });

    it('moves the game to an account that exists already', async () => {
      Object.assign(session.api, { guests: true, isAccountKnown: true });
      const page = await session.page('desktop');
      await page.goto(session.api.url);
      await page.fill('#wishInput', '釣りゲームを作って');
      await page.click('.wish-box .primary');
      await page.waitForURL('**/project/*');
      const place = new URL(page.url()).pathname;
      await page.click('.guest-line a');
      await page.click('#googleSignInButton:enabled');
      await page.waitForSelector('#loginNote:has-text("登録済み")');
      await check(page, 'sign-in, known account');
      await page.click('#googleSignInButton:has-text("引き継ぐ")');
      await page.waitForURL(`**${place}`);
      await page.waitForSelector('.toast:has-text("移しました")');
      expect(session.api.requests).toContain(ADOPT);
    });

    it('keeps a game that could not be moved at once: the next visit moves it', async () => {
      const page = await session.signedIn('phone');
      await page.evaluate(`sessionStorage.setItem('dreamcore_left_guest', '"a token"')`);
      session.api.failures.set(ADOPT, { status: 503 });
      await page.reload();
      await page.waitForSelector('.confirm-card:has-text("移せませんでした")');
      await page.keyboard.press('Escape');
      await page.waitForSelector('#projectGrid[aria-busy="false"]');
      await page.reload();
      await page.waitForSelector('.toast:has-text("移しました")');
      expect(session.api.requests.filter((each) => each === ADOPT)).toHaveLength(2);
      expect(await page.evaluate(`sessionStorage.getItem('dreamcore_left_guest')`)).toBe(null);
    });
  });

  inFullRuns('e2e/main-job sees no sign-in library, wander goes from page to page', () => {
    it('starts every page from the stored session, without the sign-in library', async () => {
      const project = session.api.store.addGame('宇宙シューティング');
      const page = await session.signedIn('desktop');
      await page.evaluate(`localStorage.removeItem('${CACHE}')`);
      session.api.requests.length = 0;
      await session.reopen(page, project.id);
      await page.goto(`${session.api.url}/create`);
      await page.waitForSelector('#projectGrid[aria-busy="false"]');
      expect(page.url()).toBe(`${session.api.url}/create`);
      const wanted = session.api.requests.filter((each) => /supabase|\/auth\/v1/.test(each));
      expect(wanted).toEqual([]);
      expect(await cachedToken(page)).toMatch(/^ey/);
    });
  });

  it('renews a session that has ended meanwhile, and goes on', async () => {
    const page = await session.page('desktop');
    await session.signIn(page);
    const token = await cachedToken(page);
    await endStored(page);
    session.api.requests.length = 0;
    await page.goto(`${session.api.url}/create`);
    await page.waitForSelector('#projectGrid[aria-busy="false"]');
    expect(session.api.requests).toContain('POST /auth/v1/token');
    expect(await cachedToken(page)).not.toBe(token);
  });

  inFullRuns('what happens to sessions once in a while', () => {
    it('renews the session of an open page before it ends', async () => {
      const page = await session.page('desktop');
      await page.clock.install();
      await session.signIn(page);
      const token = await cachedToken(page);
      const renewed = page.waitForResponse((answer) => answer.url().includes('/auth/v1/token'));
      await page.clock.fastForward('59:00');
      expect((await renewed).status()).toBe(200);
      await until(
        page,
        `JSON.parse(localStorage.getItem('${CACHE}')).session.access_token !== '${token}'`,
      );
    });

    it('leaves every tab when one signs out, and calls none of it expired', async () => {
      const page = await session.page('desktop');
      await session.signIn(page);
      const other = await page.context().newPage();
      await other.goto(`${session.api.url}/create`);
      await other.waitForSelector('#projectGrid[aria-busy="false"]');
      await page.click('#signOutButton');
      await other.waitForSelector('#googleSignInButton:enabled');
      expect(await other.isVisible('#loginError')).toBe(false);
    });
  });

  it('shows what the provider refused and offers the button again', async () => {
    const page = await session.page('phone');
    await page.goto(`${session.api.url}/create.html#error=access_denied&error_description=no`);
    await page.waitForSelector('#googleSignInButton:enabled');
    expect(await page.innerText('#loginError')).toBe('ログインに失敗しました');
  });

  inFullRuns('what happens to sessions once in a while', () => {
    it('offers 再試行 when the sign-in library cannot be loaded, and recovers with it', async () => {
      const page = await session.page('phone');
      await page.route('**/lib/supabase.min.js', (route) => route.abort());
      await page.goto(`${session.api.url}/signin`);
      await page.waitForSelector('#loginError:not([hidden])');
      expect(await page.innerText('#loginError')).toBe('システムエラーが発生しました');
      expect(await page.innerText('#googleSignInButton')).toBe('再試行');
      await page.unroute('**/lib/supabase.min.js');
      await page.click('#googleSignInButton');
      await page.waitForSelector('#googleSignInButton:has-text("Googleでログイン")');
    });
  });

  it('signs out from the list: nothing of the session is left in the browser', async () => {
    const page = await session.page('desktop');
    await session.signIn(page);
    await page.click('#signOutButton');
    await page.waitForSelector('#googleSignInButton:enabled');
    expect(
      await page.evaluate(
        'Object.keys(localStorage).filter((key) => /session|auth-token/.test(key))',
      ),
    ).toEqual([]);
    await page.goto(`${session.api.url}/create`);
    await page.waitForURL(`${session.api.url}/signin?needed=page`);
    await page.waitForSelector('#loginReason:has-text("このページを見るには")');
  });

  inFullRuns('what happens to sessions once in a while', () => {
    it('renews a refused token once and goes on', async () => {
      const project = session.api.store.addGame('宇宙シューティング');
      const page = await session.page('desktop');
      await session.signIn(page);
      const token = await cachedToken(page);
      session.api.refusedTokens.add(token);
      await session.reopen(page, project.id);
      const inits = session.api.sockets.received
        .filter(({ type }) => type === 'init')
        .map((frame) => frame['access_token']);
      expect(inits.at(-1)).not.toBe(token);
    });
  });

  it('asks to sign in again when the token ends, says why, returns to the same game', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.page('desktop');
    await session.signIn(page);
    const token = await cachedToken(page);
    session.api.refusedTokens.add(token).add('refresh');
    await page.goto(`${session.api.url}/project/${project.id}`);
    await page.waitForSelector('#googleSignInButton:enabled');
    expect(await page.innerText('#loginError')).toContain('有効期限');
    await page.click('#googleSignInButton');
    await page.waitForURL(`**/project/${project.id}`);
  });

  inFullRuns('what happens to sessions once in a while', () => {
    it('says that a session has expired, on whatever page one comes back to', async () => {
      const page = await session.page('phone');
      await session.signIn(page);
      await endStored(page);
      session.api.refusedTokens.add('refresh');
      await page.goto(`${session.api.url}/mypage`);
      await page.waitForSelector('#loginError:has-text("有効期限")');
      session.api.refusedTokens.delete('refresh');
      await page.click('#googleSignInButton:enabled');
      await page.waitForURL('**/mypage');
    });

    it('brings a guest back to the game he liked, and keeps the way back from 作る', async () => {
      const game = session.api.store.addPublished('みんなのゲーム');
      const page = await session.page('phone');
      await page.goto(`${session.api.url}/game.html?id=${game.id}`);
      await page.click('#likeButton');
      await page.click('.confirm-card:has-text("このゲームに戻ります") .primary');
      await page.click('#googleSignInButton:enabled');
      await page.waitForURL(`**/game.html?id=${game.id}`);
      await page.waitForSelector('#likeButton[aria-pressed="true"]');
      expect(game.liked).toBe(true);

      const guest = await session.page('desktop');
      await guest.goto(`${session.api.url}/game.html?id=${game.id}`);
      await guest.waitForSelector('#playTitle:has-text("みんなのゲーム")');
      await guest.click('footer .primary');
      await guest.waitForURL(`${session.api.url}/`);
      await guest.click('#signInLink');
      await guest.click('#googleSignInButton:enabled');
      await guest.click('.way-back a:has-text("「みんなのゲーム」に戻る")');
      await guest.waitForURL(`**/game.html?id=${game.id}`);
    });

    it('Remix: a project of one’s own where the maker allows it, over the sign-in', async () => {
      const game = session.api.store.addPublished('みんなのゲーム');
      const page = await session.page('phone');
      await page.goto(`${session.api.url}/game.html?id=${game.id}`);
      await page.click('#remixButton');
      await page.click('.confirm-card:has-text("このゲームに戻ります") .primary');
      await page.click('#googleSignInButton:enabled');
      await page.waitForURL('**/project/*');
      await page.waitForSelector('#projectTitle:has-text("みんなのゲーム")');
      expect(session.api.requests).toContain(`POST /api/games/${game.id}/remix`);

      game.remix = 'disallowed';
      await page.goto(`${session.api.url}/game.html?id=${game.id}`);
      await page.waitForSelector('#infoButton:visible');
      expect(await page.isVisible('#remixButton')).toBe(false);
      game.remix = 'allowed';
      game.remixOf = { id: game.id, title: '元のゲーム', creator: '太郎' };
      await page.reload();
      await page.click('#infoButton');
      await page.waitForSelector('.play-info a:has-text("「元のゲーム」（by 太郎）のリミックス")');
      await check(page, 'play, remixed');
    });
  });

  it('speaks English to an English browser, and Japanese again by the switch', async () => {
    const page = await session.page('desktop', { locale: 'en-US' });
    await page.goto(`${session.api.url}/signin`);
    await page.waitForSelector('#googleSignInButton:enabled');
    expect(await page.innerText('#googleSignInButton')).toBe('Sign in with Google');
    await page.click('.language-switch');
    await until(page, "document.documentElement.lang === 'ja'");
    await page.waitForSelector('#googleSignInButton:enabled');
    expect(await page.innerText('#googleSignInButton')).toBe('Googleでログイン');
  });
});
