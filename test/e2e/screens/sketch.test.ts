import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { message } from '../../../src/contracts/messages/message.js';
import { progressOf, type Turn } from '../../fakes/fake-script.js';
import { STYLE_LISTS } from '../../fakes/fake-styles.js';
import { BrowserSession, say, until } from './browser.js';

/** A2: on a phone the sketch of a first game comes to the front, and takes nothing away. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const LOOK = { dimension: '2d', styleId: 'sci_fi', styles: STYLE_LISTS['2d'], sketch: 'cat@0' };
const SKETCH = '<!doctype html><title>cat</title>';

/** A phone whose message is in work; `offer` has its sketch played. */
async function making(): Promise<{ page: Page; turn: Turn; offer: () => void }> {
  const { id } = session.api.store.addProject();
  const page = await session.page('phone', { reducedMotion: 'no-preference' });
  await page.route('**/sketch/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: SKETCH }),
  );
  await session.signIn(page);
  await session.reopen(page, id);
  let turn: Turn | undefined;
  session.api.sockets.script = (begun) => {
    turn = begun;
    begun.emit({ type: 'started', job: begun.startJob() }, 0);
  };
  await say(page, '2Dの猫のゲームを作って');
  await page.waitForSelector('#stopButton:visible');
  if (!turn) throw new Error('no message came');
  const asked: Turn = turn;
  const offer = (): void => {
    const { project } = asked;
    project.pendingQuestion = { type: 'look', ...LOOK, request: '' };
    asked.emit({ ...progressOf(project.job, 30, message('STEP_DESIGNING')), look: LOOK });
  };
  return { page, turn: asked, offer };
}

const isInFront = (page: Page) => page.isVisible('#sketchFrame');
const focused = (page: Page) => page.evaluate('document.activeElement?.id');

it('comes to the front with the progress, the chat one tap away, and once', async () => {
  const { page, turn, offer } = await making();
  offer();
  await page.waitForSelector('#sketchFrame:visible');
  expect(await page.innerText('#previewJob')).toBe('作成中 30%');
  expect(await focused(page)).toBe('previewPane');
  // A phone that loads the page anew plays on, and goes back by one tap all the same.
  await page.reload();
  await page.waitForSelector('#sketchFrame:visible');
  await page.click('#backToChatButton');
  await page.waitForSelector('#liveBox:visible');
  offer();
  turn.emit(progressOf(turn.project.job, 50, message('STEP_THINKING')));
  await page.waitForSelector('#streamingStatus:has-text("50")');
  expect(await isInFront(page)).toBe(false);
  await page.reload();
  await page.click('.sketch-play');
  await page.waitForSelector('#sketchFrame:visible');
  expect(session.complaints).toEqual([]);
});

it('shows that it is coming while its page is on its way', async () => {
  const { page, offer } = await making();
  // A route that is not answered stays on its way.
  await page.route('**/sketch/**', () => undefined);
  offer();
  await page.waitForSelector('#sketchFrame:visible');
  await page.waitForSelector('#previewEmpty.is-making:visible');
  const ground = 'getComputedStyle(document.getElementById("sketchFrame")).backgroundColor';
  expect(await page.evaluate(ground)).toBe('rgba(0, 0, 0, 0)');
});

it('leaves whoever types where they are, with a button that leads to it', async () => {
  const { page, offer } = await making();
  await page.click('#chatInput');
  await page.keyboard.type('次は');
  offer();
  await page.waitForSelector('.sketch-play:visible');
  await page.keyboard.type('敵を青に');
  expect(await page.inputValue('#chatInput')).toBe('次は敵を青に');
  expect(await focused(page)).toBe('chatInput');
  await page.click('.sketch-play');
  await page.waitForSelector('#sketchFrame:visible');
});

it.each([
  ['a failure', { type: 'failed', error: 'spawn ENOENT' }, '.message.error'],
  ['a stop', { type: 'cancelled' }, '.message.system'],
])('%s brings the chat back, with the focus', async (_end, frame, said) => {
  const { page, turn, offer } = await making();
  offer();
  await page.waitForSelector('#sketchFrame:visible');
  turn.emit({ ...frame, job: turn.project.job });
  Object.assign(turn.project.job ?? {}, { status: frame.type });
  await page.waitForSelector(`${said}:visible`);
  await until(page, "document.activeElement.id === 'chatMessages'");
  // The next wish has a sketch of its own.
  const another = '3Dのレースを作って';
  await page.fill('#chatInput', another);
  await page.click('#sendButton');
  await page.waitForSelector('#stopButton:visible');
  offer();
  await page.waitForSelector('#sketchFrame:visible');
});

it.each([
  ['comes to the front of a phone', 'preview', async () => {}],
  [
    'waits behind words that are typed',
    'chat',
    async (page: Page) => {
      await page.fill('#chatInput', '次は');
      await page.focus('#chatMessages');
    },
  ],
  ['waits behind a field with the focus', 'chat', (page: Page) => page.focus('#chatInput')],
  [
    'waits behind a queued message',
    'chat',
    async (page: Page, turn: Turn) => {
      const queue = [{ jobId: crypto.randomUUID(), content: '次は' }];
      turn.emit({ type: 'queueChanged', projectId: turn.project.id, queue });
      await page.waitForSelector('.queue-lines:has-text("次は")');
    },
  ],
] as const)('a game that was changed %s', async (_how, pane, meanwhile) => {
  const { page, turn } = await making();
  await meanwhile(page, turn);
  const { project } = turn;
  const result = { message: '敵を青くしました。', mode: 'claude' };
  Object.assign(project.job ?? {}, { status: 'completed', result });
  turn.emit({ type: 'completed', job: project.job, result });
  await page.waitForSelector('.message.assistant .play-game-btn', { state: 'attached' });
  expect(await page.evaluate('document.body.dataset.pane')).toBe(pane);
});
