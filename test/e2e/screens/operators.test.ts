import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RERUN_STEPS } from '../../../src/contracts/durable/rerun.js';
import { check } from './audit.js';
import { TESTED_SIZES, type Size } from '../sizes.js';
import { BrowserSession, texts, until } from './browser.js';
import { inFullRuns } from '../../scope.js';

/** The page of operators, on the way of its visible controls. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const drawn = (page: Page) => page.waitForSelector('#opsMain[aria-busy="false"]');
const shot = async (page: Page, name: string) => {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

/** Signs in as an operator and goes there from my page. */
async function opened(size: Size): Promise<Page> {
  session.api.ops.isOperator = true;
  const page = await session.page(size);
  await session.signIn(page);
  await page.click('.nav-mypage');
  await page.click('#opsLink');
  await page.waitForURL('**/ops');
  await drawn(page);
  return page;
}

async function because(page: Page, reason: string): Promise<void> {
  await page.fill('#opsReason', reason);
  await page.keyboard.press('Enter');
}

describe.each(TESTED_SIZES)('the page of operators on %s', (size) => {
  it('lists jobs, finds some by the address, opens one and stops it with a reason', async () => {
    const { ops } = session.api;
    const job = ops.addJob();
    ops.addJob({
      state: 'failed',
      failure: 'RunTimedOut',
      backend: 'modal',
      attempt: 3,
      step: null,
      email: '',
    });
    ops.addJob({ state: 'completed', kind: 'renderVideo', step: null, email: null, user_id: null });
    const page = await opened(size);
    expect(await texts(page, '.ops-badge')).toEqual(['実行中', '失敗', '完了']);
    const users = page.locator('.ops-cell-who');
    await expect.poll(() => users.nth(1).innerText()).toMatch(/^ゲスト/);
    await expect.poll(() => users.nth(2).innerText()).toMatch(/^（削除済み）/);
    await check(page, 'jobs');
    await shot(page, `jobs-${size}`);
    if (size === 'phone') await page.click('.ops-filter-box summary');
    await page.selectOption('#filter-state', 'processing');
    await until(page, "document.querySelectorAll('.ops-row').length === 1");
    await page.fill('#filter-user', 'yui@example.com');
    await page.keyboard.press('Enter');
    await until(page, "location.search === '?state=processing&user=yui%40example.com'");
    await page.reload();
    await drawn(page);
    expect(ops.asked.at(-1)).toBe('user=yui%40example.com&state=processing');
    expect(await page.inputValue('#filter-state')).toBe('processing');
    await check(page, 'filters');
    await shot(page, `filters-${size}`);
    await page.click('.ops-row');
    await page.waitForSelector('.ops-detail:has-text("blank")');
    expect(await page.evaluate('location.search')).toContain(`&job=${job.id}`);
    await page.reload();
    await page.waitForSelector('.ops-detail:has-text("blank")');
    await check(page, 'job');
    await shot(page, `job-${size}`);
    await page.click('.ops-acts .button:has-text("再実行")');
    expect(await page.inputValue('#opsChoice')).toBe('plan');
    const offered = "[...document.querySelectorAll('#opsChoice option')].map(({ value }) => value)";
    expect(await page.evaluate<string[]>(offered)).toEqual(RERUN_STEPS);
    await page.selectOption('#opsChoice', 'judge');
    await because(page, 'もう一度');
    await page.waitForSelector('.dialog-problem:has-text("was not played: do it --from play.")');
    expect(ops.sent).toEqual([{ reason: 'もう一度', from: 'judge' }]);
    await check(page, 'rerun');
    await shot(page, `rerun-${size}`);
    await page.keyboard.press('Escape');
    await page.click('.ops-acts .button:has-text("中止")');
    await because(page, ' ');
    await page.waitForSelector('.dialog-problem:has-text("理由を書いてください")');
    await check(page, 'reason');
    await because(page, '費用が大きい');
    await page.waitForSelector('.toast:has-text("中止しました")');
    await until(page, "!location.search.includes('job=')");
    await until(page, "document.querySelectorAll('.ops-row').length === 0");
    expect(ops.acts).toMatchObject([{ act: 'cancel', targetId: job.id, reason: '費用が大きい' }]);
    await page.waitForSelector('.list-state:has-text("該当するものはありません")');
    const isExpected = (line: string) => line.includes('409');
    expect(session.complaints.filter((line) => !isExpected(line))).toEqual([]);
  });

  it('shows how everything stands, in numbers and small charts', async () => {
    const page = await opened(size);
    await page.click('[data-view="health"]');
    await page.waitForSelector('.ops-chart');
    expect(await page.locator('.ops-chart').count()).toBe(3);
    expect(await page.getAttribute('.ops-chart >> nth=0', 'aria-label')).toContain(
      '2026-11-28: 完了10、失敗1、中止1',
    );
    await page.waitForSelector('.ops-badge.is-bad:has-text("no worker polls dreamcore")');
    await check(page, 'health');
    await shot(page, `health-${size}`);
    expect(session.complaints).toEqual([]);
  });

  it('takes a game down and puts it back, and both are in the log', async () => {
    const game = session.api.ops.addGame('星よけ');
    const page = await opened(size);
    await page.click('[data-view="games"]');
    await page.click('.ops-game .button');
    await because(page, '盗用の申し立て');
    await page.waitForSelector('.ops-game:has-text("盗用の申し立て")');
    await check(page, 'games');
    await shot(page, `games-${size}`);
    await page.click('.ops-game .button');
    await because(page, '本人のもの');
    await page.waitForSelector('.ops-game .button:has-text("公開を停止")');
    await page.click('[data-view="audit"]');
    await page.waitForSelector('.ops-entry');
    expect(await texts(page, '.ops-entry strong')).toEqual(['公開再開', '公開停止']);
    expect(await page.innerText('.ops-entry code >> nth=0')).toBe(game.id);
    await check(page, 'audit log');
    await shot(page, `audit-${size}`);
    expect(session.complaints).toEqual([]);
  });
});

describe('the page of operators', () => {
  inFullRuns('what is read again is read once above', () => {
    it('reads again while somebody looks, keeps his place, and rests on demand', async () => {
      const { ops } = session.api;
      const job = ops.addJob();
      const page = await session.page('desktop');
      await page.clock.install();
      ops.isOperator = true;
      await session.signIn(page);
      await page.goto(`${session.api.url}/ops`);
      await drawn(page);
      await page.focus('.ops-row');
      ops.addJob({ state: 'completed' });
      await page.clock.runFor(11_000);
      await until(page, "document.querySelectorAll('.ops-row').length === 2");
      expect(await page.evaluate('document.activeElement.dataset.key')).toBe(job.id);
      await page.click('#opsPause');
      const asked = ops.asked.length;
      await page.clock.runFor(60_000);
      expect([await page.getAttribute('#opsPause', 'aria-pressed'), ops.asked.length]).toEqual([
        'false',
        asked,
      ]);
      await page.click('#opsPause');
      await expect.poll(() => ops.asked.length).toBe(asked + 1);
      await page.evaluate(`
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
      await page.clock.runFor(60_000);
      expect(ops.asked.length).toBe(asked + 1);
    });
  });

  it('says that it is for operators alone, and my page shows nobody else the way', async () => {
    const page = await session.at('phone', '/mypage');
    await page.waitForSelector('#collection[aria-busy="false"]');
    expect(await page.isVisible('#opsLink')).toBe(false);
    await page.goto(`${session.api.url}/ops`);
    await page.waitForSelector('.list-state:has-text("運営者だけ")');
    await check(page, 'forbidden');
    expect(await page.locator('.ops-row').count()).toBe(0);
  });

  inFullRuns('wander has a list that fails; each list is shown above', () => {
    it('says that it could not be loaded, keeps what it has when that happens later', async () => {
      const { ops } = session.api;
      ops.addJob();
      ops.isBroken = true;
      const page = await opened('phone');
      await page.waitForSelector('.list-state:has-text("読み込めませんでした")');
      await check(page, 'failure');
      ops.isBroken = false;
      await page.click('.list-state .button');
      await page.waitForSelector('.ops-row');
      ops.isBroken = true;
      await page.click('#opsPause');
      await page.click('#opsPause');
      await page.waitForSelector('#opsRefreshed:has-text("読み込めませんでした")');
      expect(await page.locator('.ops-row').count()).toBe(1);
    });
  });
});

describe('the maker of a game that was taken down', () => {
  it.each(TESTED_SIZES)('is told so wherever he sees it, on %s', async (size) => {
    const { store } = session.api;
    const project = store.addGame('星よけ');
    const out = { visibility: 'public', isNewest: true, isTakenDown: true };
    const takenDown = { reason: '盗用の申し立て', at: '2026-11-28T10:00:00Z' };
    Object.assign(project, { publication: out, takenDown, draft: { title: '星よけ', tags: [] } });
    const page = await session.signedIn(size);
    expect((await page.innerText('.public-badge')).trim()).toBe('公開停止中');
    await session.reopen(page, project.id);
    await page.waitForSelector('#publicationState:has-text("運営により公開が停止されています")');
    await page.goto(`${session.api.url}/publish.html?id=${project.id}`);
    await page.waitForSelector('#takenDownNote:has-text("盗用の申し立て")');
    expect(await page.isDisabled('#submitButton')).toBe(true);
    await check(page, 'taken down');
    await shot(page, `taken-down-${size}`);
  });
});
