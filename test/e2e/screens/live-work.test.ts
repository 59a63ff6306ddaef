import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { message, type Message } from '../../../src/contracts/messages/message.js';
import { progressOf, type Turn } from '../../fakes/fake-script.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, say, texts, until } from './browser.js';

/** What a person sees of the work while it goes on, of its tries, and of its end. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const WRITING = message('STEP_WRITING_FILE', { file: 'index.html' });
const STEPS: [Message, string][] = [
  [message('STEP_CHECKING'), '考える（いま）'],
  [message('STEP_DESIGNING'), '設計（いま）'],
  [WRITING, 'つくる（いま）'],
  [message('STEP_PLAYING'), '試し遊び（いま）'],
  [message('STEP_REPAIRING'), '直す（いま）'],
  [message('STEP_PLAYING_AGAIN'), '試し遊び（いま）'],
  [message('STEP_KEEPING'), '保存（いま）'],
];
const OBSERVE = `
  window.__shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (!entry.hadRecentInput) window.__shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Starts a job that says nothing by itself. */
async function started(page: Page, content = '2Dの猫のゲームを作って'): Promise<Turn> {
  let turn: Turn | undefined;
  session.api.sockets.script = (asked) => {
    turn = asked;
    asked.emit({ type: 'started', job: asked.startJob() }, 0);
  };
  await say(page, content);
  await page.waitForSelector('#stopButton:visible');
  if (!turn) throw new Error('no message came');
  return turn;
}
const tell = (turn: Turn, said: Message, progress = 30, more: object = {}): boolean =>
  turn.emit({ ...progressOf(turn.project.job, progress, said), ...more });
const rowOf = (page: Page): Promise<string[]> => page.locator('.live-steps li').allTextContents();
const now = (page: Page) => page.locator('.live-steps [aria-current=step]');
const image = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/screens/live-${name}.png` });

describe.each(TESTED_SIZES)('a job on %s', (size) => {
  it('goes through named steps in order, each marked by more than a colour', async () => {
    const { id } = session.api.store.addProject();
    const page = await session.editor(size, id);
    const turn = await started(page);
    await page.evaluate(OBSERVE);
    for (const [said, step] of STEPS) {
      tell(turn, said);
      await until(page, `document.querySelector('[aria-current=step]').textContent === '${step}'`);
      expect(await now(page).count()).toBe(1);
    }
    expect(await rowOf(page)).toEqual([
      '考える（済み）',
      '設計（済み）',
      'つくる（済み）',
      '試し遊び（済み）',
      '直す（済み）',
      '保存（いま）',
    ]);
    expect(await page.innerText('.live-note')).toContain('このページを閉じても大丈夫です');
    expect(await page.evaluate<number>('window.__shift')).toBeLessThanOrEqual(0.05);
    await image(page, `steps-${size}`);
    expect(session.complaints).toEqual([]);
  });

  it('says what was not needed: no design and no repair of a change that plays', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor(size, id);
    const turn = await started(page, '敵を増やして');
    for (const at of [0, 2, 3, 6]) tell(turn, STEPS[at]![0]);
    await now(page).filter({ hasText: '保存' }).waitFor();
    expect(await rowOf(page)).toEqual([
      '考える（済み）',
      '設計（なし）',
      'つくる（済み）',
      '試し遊び（済み）',
      '直す（なし）',
      '保存（いま）',
    ]);
  });
});

it('shows the same step, and the try, after a reload and on a second device', async () => {
  const { id } = session.api.store.addProject();
  const page = await session.editor('phone', id);
  const turn = await started(page);
  for (const [said] of STEPS.slice(0, 5)) tell(turn, said);
  Object.assign(turn.project.job ?? {}, {
    trying: { round: 1, tryNo: 2, repairsFrom: 2, leftModal: true },
  });
  tell(turn, message('STEP_MENDING_FILE', { file: 'index.html' }), 40, { step: 'repair' });
  const words =
    'いつもの場所で作れなかったので、別の場所で続けています。もう一度試しています（2回目）。';
  await until(page, `document.querySelector('.live-note').textContent.startsWith('${words}')`);
  const before = await rowOf(page);
  await page.evaluate('sessionStorage.clear()');
  await page.reload();
  const desktop = await session.editor('desktop', id);
  for (const shown of [page, desktop]) {
    await now(shown).filter({ hasText: '直す' }).waitFor();
    expect(await rowOf(shown)).toEqual(before);
    expect(await shown.innerText('.live-note')).toContain(words);
  }
  await image(page, 'try-phone');
  await image(desktop, 'try-desktop');
});

it('asks for no first message beside a job that has one, also reloaded', async () => {
  const { id } = session.api.store.addProject();
  const page = await session.editor('desktop', id);
  const hint = page.locator('#previewEmptyHint');
  expect(await hint.innerText()).toBe('最初のメッセージを送って始めましょう');
  const turn = await started(page);
  turn.project.job!.progress = 10;
  tell(turn, STEPS[1]![0], 10);
  await hint.filter({ hasText: 'ご要望を読みとっています' }).waitFor();
  await page.reload();
  await hint.filter({ hasText: 'ご要望を読みとっています' }).waitFor();
  turn.project.job!.progress = 30;
  tell(turn, STEPS[2]![0]);
  await hint.filter({ hasText: '完成すると、ここですぐに遊べます' }).waitFor();
});

it('says after 停止 that nothing was changed', async () => {
  const { id } = session.api.store.addGame('宇宙シューティング');
  const page = await session.editor('phone', id);
  await started(page, '敵を増やして');
  await page.click('#stopButton');
  await page.waitForSelector('.message.system');
  expect(await texts(page, '.message.system span')).toEqual([
    '停止しました。ゲームは何も変わっていません。',
  ]);
  expect(await page.isHidden('#liveBox')).toBe(true);
});

describe('the answer to a version', () => {
  const SEEN = `<svg xmlns="http://www.w3.org/2000/svg" width="360" height="640">
    <rect width="360" height="640" fill="#27336b"/><circle cx="180" cy="300" r="90" fill="#fff"/>
    </svg>`;
  const ends = async (page: Page, spending: object): Promise<void> => {
    await page.route('**/screenshots/**', (route) =>
      route.fulfill({ contentType: 'image/svg+xml', body: SEEN }),
    );
    const turn = await started(page, '敵を増やして');
    const { project, store } = turn;
    const screenshotUrl = `/api/projects/${project.id}/screenshots/a`;
    Object.assign(store.addVersion(project, '敵を増やして'), { screenshotUrl });
    const message = '敵を増やしました。';
    project.history.push({
      role: 'assistant',
      content: message,
      timestamp: new Date().toISOString(),
    });
    Object.assign(project.job ?? {}, { status: 'completed' });
    const { job } = project;
    turn.emit({ type: 'completed', job, result: { message }, spending, screenshotUrl });
    await page.waitForSelector('.made-screenshot');
  };
  const loaded = `document.querySelectorAll('.made-screenshot').length === 1
    && document.querySelector('.made-screenshot').naturalWidth === 360`;

  it('shows the play test and what is left of today; the image also reloaded', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    await ends(page, { usd: 0.24, shareOfDay: 0.12, shareLeft: 0.71 });
    expect(await texts(page, '.made-spending')).toEqual([
      '今日の分の12%を使いました。今日の残りは約71%です。',
    ]);
    await until(page, loaded);
    await image(page, 'end-phone');
    await page.reload();
    await until(page, loaded);
    expect(session.complaints).toEqual([]);
  });

  it.each([
    [
      { usd: 0, shareOfDay: 0, shareLeft: 1 },
      '今回は今日の分を使っていません。今日の残りは約100%です。',
    ],
    [
      { usd: 0.001, shareOfDay: 0.001, shareLeft: 0 },
      '今日の分の1%未満を使いました。今日の残りは約0%です。',
    ],
    [{ usd: 0, shareOfDay: null, shareLeft: null }, '今回は費用がかかっていません。'],
    [{ usd: 0.004, shareOfDay: null, shareLeft: null }, '作成にかかった費用は$0.01未満です。'],
    [{ usd: 0.31, shareOfDay: null, shareLeft: null }, '作成にかかった費用は約$0.31です。'],
  ])('says %o in words', async (spending, words) => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', id);
    await ends(page, spending);
    expect(await texts(page, '.made-spending')).toEqual([words]);
  });

  it('names no price to a guest, who pays none', async () => {
    session.api.guests = true;
    const page = await session.page('phone');
    await page.goto(session.api.url);
    await page.fill('#wishInput', '釣りゲームを作って');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.message.assistant');
    await ends(page, { usd: 0.31, shareOfDay: null, shareLeft: null });
    expect(await texts(page, '.made-spending')).toEqual([]);
  });
});

it.each(TESTED_SIZES)('speaks English on %s, also of tries and costs', async (size) => {
  const { id } = session.api.store.addGame('Space');
  const page = await session.page(size, { locale: 'en-US' });
  await session.signIn(page);
  await session.reopen(page, id);
  const turn = await started(page, 'more enemies');
  Object.assign(turn.project.job ?? {}, {
    trying: { round: 1, tryNo: 2, repairsFrom: 2, leftModal: true },
  });
  tell(turn, WRITING, 40);
  await now(page).filter({ hasText: 'Make' }).waitFor();
  expect(await rowOf(page)).toEqual([
    'Think (not needed)',
    'Design (not needed)',
    'Make (now)',
    'Play',
    'Repair',
    'Save',
  ]);
  const note = await page.innerText('.live-note');
  expect(note).toContain('You can close this page. The work goes on.');
  expect(note).toContain('we go on in another one');
  await image(page, `steps-en-${size}`);
  turn.store.addVersion(turn.project, 'more enemies');
  const result = { message: 'There are more of them.' };
  const spending = { usd: 0.24, shareOfDay: 0.12, shareLeft: 0.71 };
  turn.emit({ type: 'completed', job: turn.project.job, result, spending });
  await page.waitForSelector('.made-spending');
  const words = [note, await page.innerText('.made-spending')].join(' ');
  expect(words).toContain('12%');
  expect(words).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
});
