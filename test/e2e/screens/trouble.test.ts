import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inFullRuns, sample } from '../../scope.js';
import { BAR } from '../../../src/contracts/messages/bar.js';
import { message, type Message } from '../../../src/contracts/messages/message.js';
import { progressOf, type Turn } from '../../fakes/fake-script.js';
import { patient } from '../../support/patience.js';
import { BrowserSession, say, texts, until } from './browser.js';

let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** Opens a job that streams numbered lines until it is told to end. */
function longJob(linesPerStep: number): {
  script: (turn: Turn) => void;
  step: () => void;
  turn: () => Turn;
} {
  let current: Turn | null = null;
  let line = 0;
  const turn = () => {
    if (!current) throw new Error('no message yet');
    return current;
  };
  return {
    turn,
    script: (started) => {
      current = started;
      started.startJob();
      started.emit({ type: 'started', job: started.project.job });
    },
    step: () => {
      for (let i = 0; i < linesPerStep; i += 1)
        turn().emit({ type: 'stream', content: `line ${(line += 1)}\n` });
      turn().emit({
        type: 'progress',
        job: turn().project.job,
        progress: 20 + line,
        message: 'コードを書いています',
      });
    },
  };
}
const streamed = 'document.querySelector("#streamingText").textContent';
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

/** Code, message and what is shown. */
const LIMITS = [
  [
    'USER_LIMIT_EXCEEDED',
    'Too many concurrent requests. Please wait for the current job to finish.',
    '別のゲームを作っている途中です',
  ],
  [
    'SYSTEM_LIMIT_EXCEEDED',
    'System is busy. Please try again in a moment.',
    'ただいま混み合っています',
  ],
] as const;

describe('the bar of a long step', () => {
  const percentOf = async (page: Page): Promise<number> =>
    Number(await page.getAttribute('.live-bar', 'aria-valuenow'));
  /** What stands on the screen in each second of the page's clock. */
  const eachSecond = async <T>(page: Page, seconds: number, look: () => Promise<T>) => {
    const seen = [await look()];
    for (let second = 0; second < seconds; second += 1) {
      await page.clock.runFor(1_000);
      seen.push(await look());
    }
    return seen;
  };
  /** How many seconds the same stood there, at most. */
  const longest = (seen: readonly unknown[]): number => {
    let since = 0;
    return Math.max(
      ...seen.map((each, at) => {
        if (each !== seen[since]) since = at;
        return at - since;
      }),
    );
  };

  it('moves every 8 s, stops short of the end, and is full for 5 s at most', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.signedIn('phone');
    await page.clock.install();
    await session.reopen(page, id);
    const job = longJob(1);
    session.api.sockets.script = job.script;
    await say(page, '敵を増やして');
    const tell = (said: Message, progress: number) =>
      job.turn().emit(progressOf(job.turn().project.job, progress, said));
    await page.waitForSelector('#stopButton:visible');
    tell(message('STEP_PLAYING'), BAR.plays);
    await page.waitForSelector(`.live-bar[aria-valuenow="${BAR.plays}"]`);
    expect(longest(await eachSecond(page, 60, () => percentOf(page)))).toBeLessThan(8);

    await page.clock.fastForward('20:00');
    expect(await percentOf(page)).toBe(94);
    // Where the bar has stopped the clock goes on.
    const words = () => page.innerText('#liveBox');
    expect(longest(await eachSecond(page, 16, words))).toBeLessThan(8);
    tell(message('STEP_KEEPING'), 99);
    await page.waitForSelector(`.live-steps [aria-current=step]:has-text("保存")`);
    expect(await percentOf(page)).toBe(94);

    const { project } = job.turn();
    Object.assign(project.job ?? {}, { status: 'completed', progress: 100 });
    job.turn().emit({ type: 'completed', job: project.job, result: { message: 'できました。' } });
    await page.waitForSelector('.live-bar[aria-valuenow="100"]');
    await page.clock.runFor(5_000);
    expect(await page.isHidden('#liveBox')).toBe(true);
  });
});

describe('trouble in the editor', () => {
  it.each(sample('each is one sentence of a table', LIMITS, LIMITS.slice(0, 1)))(
    'shows %s in plain Japanese, also in the old shape without message, and keeps the text',
    async (code, message, sentence) => {
      const { id } = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('phone', id);
      session.api.sockets.script = (turn) =>
        turn.reply({ type: 'error', error: { code, message } });
      await say(page, '音を付けて');
      await page.waitForSelector('.message.error');
      expect(await page.innerText('.message.error')).toContain(sentence);
      expect(await page.inputValue('#chatInput')).toBe('音を付けて');
      expect(await page.isEnabled('#sendButton')).toBe(true);
      expect(await texts(page, '.message.user')).not.toContain('音を付けて');
    },
  );

  it('translates raw failures, keeps their details folded, and gives the text back', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', id);
    session.api.sockets.script = (turn) => {
      turn.startJob();
      turn.emit({ type: 'failed', job: turn.project.job, error: 'spawn claude ENOENT' });
    };
    await say(page, '敵を増やして');
    await page.waitForSelector('.message.error');
    expect(await page.locator('.message.error p').innerText()).toBe(
      'エラー: うまくいきませんでした。少し待ってからもう一度お試しください。',
    );
    expect(await page.isHidden('.message.error pre')).toBe(true);
    expect(await page.inputValue('#chatInput')).toBe('敵を増やして');
  });

  it('stops a job, says so once, and offers the text again', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    const job = longJob(1);
    session.api.sockets.script = job.script;
    await say(page, '敵を増やして');
    await page.click('#stopButton');
    await page.waitForSelector('.message.system:has-text("停止しました")');
    expect(session.api.sockets.lastOf('cancel')).toMatchObject({
      jobId: job.turn().project.job?.id,
    });
    // Bare time: time to be told a second time
    await page.waitForTimeout(150);
    expect(
      (await texts(page, '.message.system span')).filter((note) => note.startsWith('停止しました')),
    ).toHaveLength(1);
    await page.click('.message.system .link-button');
    expect(await page.inputValue('#chatInput')).toBe('敵を増やして');
  });

  it('stops by keyboard and keeps the focus; every tab offers the text again', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', id);
    const job = longJob(1);
    session.api.sockets.script = job.script;
    await say(page, '敵を増やして');
    await page.waitForSelector('#stopButton:visible');
    const other = await session.editor('desktop', id);
    await other.waitForSelector('#stopButton:visible');
    await page.focus('#stopButton');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.message.system:has-text("停止しました")');
    expect(await page.evaluate('document.activeElement.id')).toBe('chatInput');
    for (const tab of [page, other]) {
      await tab.click('.message.system:has-text("停止しました") .link-button');
      expect(await tab.inputValue('#chatInput')).toBe('敵を増やして');
    }
  });

  it('says how long to wait when a limit is known', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    const error = {
      code: 'RATE_LIMIT_EXCEEDED',
      message: 'Too many',
      limit: 'ai',
      retryAfterS: 25,
    };
    session.api.sockets.script = (turn) => turn.reply({ type: 'error', message: 'x', error });
    await say(page, '音を付けて');
    await page.waitForSelector('.message.error:has-text("あと25秒ほど待って")');
  });

  it('a game that is opened is not called empty before it is known', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    session.api.sockets.deafTo.add('selectProject');
    const page = await session.at('desktop', `/project/${id}`);
    await expect.poll(() => session.api.sockets.lastOf('selectProject')).toBeDefined();
    expect(await page.innerText('#previewEmpty')).toBe('読み込み中...');
  });

  it('goes on after a reload in mid-job: the text without gap or repeat', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', id);
    const job = longJob(5);
    session.api.sockets.script = job.script;
    await say(page, '敵を増やして');
    await page.waitForSelector('#stopButton:visible');
    job.step();
    await until(page, `${streamed} === ${JSON.stringify(lines(5))}`);
    const reloaded = page.reload();
    job.step();
    await reloaded;
    await page.waitForSelector('#stopButton:visible');
    job.step();
    await until(page, `${streamed} === ${JSON.stringify(lines(15))}`);
    expect(session.api.sockets.lastOf('selectProject')?.['since']).toMatchObject({
      jobId: job.turn().project.job?.id,
      attempt: 1,
    });
  });

  it('goes on after a lost connection, also when the job ended: one answer, once', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    const job = longJob(5);
    session.api.sockets.script = job.script;
    await say(page, '敵を増やして');
    await page.waitForSelector('#stopButton:visible');
    job.step();
    session.api.sockets.goAway();
    await page.waitForSelector('#connectionBanner:not([hidden])');
    expect(await page.innerText('#sendButton')).toBe('再接続する');
    expect(await page.isEnabled('#chatInput')).toBe(true);
    job.step();
    project.history.push({
      role: 'assistant',
      content: '敵を増やしました。',
      timestamp: new Date().toISOString(),
    });
    Object.assign(project.job ?? {}, { status: 'completed', progress: 100 });
    job.turn().emit({
      type: 'completed',
      job: project.job,
      result: { message: '敵を増やしました。', generator: 'gemini' },
    });
    session.api.sockets.comeBack();
    await page.click('#sendButton');
    await page.waitForSelector('#connectionBanner', { state: 'hidden' });
    await page.waitForSelector('#stopButton', { state: 'hidden' });
    expect(
      (await texts(page, '.message.assistant .markdown')).filter(
        (answer) => answer === '敵を増やしました。',
      ),
    ).toHaveLength(1);
    await page.reload();
    await page.waitForSelector('#chatInput:enabled');
    expect(
      (await texts(page, '.message.assistant .markdown')).filter(
        (answer) => answer === '敵を増やしました。',
      ),
    ).toHaveLength(1);
  });

  inFullRuns('stream and sockets have each of these in unit tests', () => {
    it('drops frames it has had, and writes the text of a later attempt anew', async () => {
      const { id } = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('desktop', id);
      const job = longJob(2);
      session.api.sockets.script = job.script;
      await say(page, '敵を増やして');
      await page.waitForSelector('#stopButton:visible');
      job.step();
      const jobId = job.turn().project.job?.id;
      session.api.sockets.push(id, { type: 'stream', content: 'again', jobId, attempt: 1, seq: 2 });
      await until(page, `${streamed} === ${JSON.stringify(lines(2))}`);
      job.turn().emit({ type: 'streamReset' }, 2);
      job.turn().emit({ type: 'stream', content: 'new try' }, 2);
      session.api.sockets.push(id, { type: 'stream', content: 'late', jobId, attempt: 1, seq: 99 });
      await until(page, `${streamed} === 'new try'`);
    });

    it('sends an unanswered message again by its id after a reconnect, in one bubble', async () => {
      const { id } = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('phone', id);
      session.api.sockets.deafTo.add('message');
      await say(page, '音を付けて');
      await expect.poll(() => session.api.sockets.lastOf('message')).toBeDefined();
      session.api.sockets.goAway();
      await page.waitForSelector('#connectionBanner:not([hidden])');
      session.api.sockets.deafTo.clear();
      session.api.sockets.comeBack();
      await page.waitForSelector('.message.assistant:has-text("もっと速く")');
      const sent = session.api.sockets.received.filter(({ type }) => type === 'message');
      expect(sent).toHaveLength(2);
      expect(sent[0]?.['messageId']).toMatch(/^[0-9a-f-]{36}$/);
      expect(sent[1]).toEqual(sent[0]);
      expect(
        (await texts(page, '.message.user')).filter((text) => text === '音を付けて'),
      ).toHaveLength(1);
    });

    it('replaces a socket that does not answer its ping', async () => {
      const { id } = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('desktop', id);
      const inits = () => session.api.sockets.received.filter(({ type }) => type === 'init').length;
      const before = inits();
      session.api.sockets.deafTo.add('ping');
      await page.click('.chat-messages');
      await expect.poll(inits, { timeout: patient(4_000) }).toBe(before + 1);
    });

    it('tells that a text was noted but not worked on, and gives it back', async () => {
      const { id } = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('desktop', id);
      session.api.sockets.script = (turn) => {
        const job = turn.store.openJob(turn.project);
        turn.reply({
          type: 'jobStarted',
          job: { ...job, status: 'processing', progress: 40 },
          isExisting: true,
          queued: false,
          jobId: job.id,
        });
      };
      await say(page, '敵を増やして');
      await page.click('.message.system .link-button');
      expect(await page.inputValue('#chatInput')).toBe('敵を増やして');
      expect(await page.innerText('#streamingStatus')).toBe('処理中... 40%');
    });
  });

  it('who is next in the queue is told that it begins, not a place', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    session.api.sockets.script = (turn) => {
      const job = turn.startJob();
      const message = '順番待ち: およそ1番目';
      const coded = { message, code: 'STEP_WAITING', params: { position: 1 } };
      turn.reply({ type: 'progress', job, jobId: job.id, progress: 5, ...coded });
    };
    await say(page, '敵を増やして');
    await page.waitForSelector('.live-step:has-text("まもなく始まります")');
  });

  it('shows the place in the queue while a job waits', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    session.api.sockets.script = (turn) => {
      const job = turn.startJob();
      turn.reply({
        type: 'progress',
        job,
        jobId: job.id,
        progress: 5,
        message: '順番待ち: およそ3番目',
      });
    };
    await say(page, '敵を増やして');
    await page.waitForSelector('.live-step:has-text("順番待ち: およそ3番目")');
  });

  inFullRuns('stream and sockets have each of these in unit tests', () => {
    it('asks again after a reload what was never answered', async () => {
      const project = session.api.store.addProject();
      const page = await session.editor('desktop', project.id);
      project.pendingQuestion = {
        type: 'style',
        dimension: '2d',
        styles: [],
        originalMessage: '2Dの釣りゲームを作って',
      };
      await page.reload();
      await until(page, "document.querySelector('#chatInput').value === '2Dの釣りゲームを作って'");
      project.pendingQuestion = {
        type: 'restore',
        message: '前のバージョンに戻しますか？',
        confirmLabel: '戻す',
        cancelLabel: 'キャンセル',
      };
      await page.reload();
      await page.click('.restore-cancel-btn');
      await page.reload();
      await page.waitForSelector('#chatInput:enabled');
      expect(await page.locator('.restore-confirm-btn').count()).toBe(0);
    });

    it('finds the question of a job that was over before anybody listened', async () => {
      const project = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('desktop', project.id);
      session.api.sockets.script = (turn) => {
        const job = turn.startJob();
        project.pendingQuestion = {
          type: 'restore',
          message: '前のバージョンに戻しますか？',
          confirmLabel: '戻す',
          cancelLabel: 'キャンセル',
        };
        job.status = 'completed';
        turn.reply({
          type: 'completed',
          job,
          jobId: job.id,
          attempt: 0,
          result: { message: '前のバージョンに戻しますか？', mode: 'restore' },
        });
      };
      await say(page, '前に戻して');
      await page.waitForSelector('.restore-confirm-btn');
      expect(await page.locator('.restore-confirm-btn').count()).toBe(1);
    });
  });

  it('leaves for the list with a word when the game does not exist', async () => {
    const page = await session.signedIn('phone');
    await page.goto(`${session.api.url}/project/00000000-0000-4000-8000-000000000000`);
    await page.waitForURL('**/create');
    await page.waitForSelector('.toast:has-text("見つかりませんでした")');
  });

  inFullRuns('stream and sockets have each of these in unit tests', () => {
    it('works with an older server: no job id, no attempt, no seq in the frames', async () => {
      const { id } = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('desktop', id);
      session.api.sockets.script = (turn) => {
        const job = turn.startJob();
        for (const frame of [
          { type: 'started', job },
          { type: 'progress', job, progress: 20, message: 'Gemini APIでコード生成中...' },
          { type: 'stream', content: 'a\nb' },
          { type: 'completed', job, result: { message: '**できました**', generator: 'gemini' } },
          { type: 'gameUpdated', userId: job.user_id, projectId: id },
          { type: 'progress', job, progress: 95, message: 'ファイル適用完了' },
          { type: 'cancelled', job },
        ])
          turn.reply(frame);
      };
      await say(page, '敵を増やして');
      await page.waitForSelector('.message.assistant:has-text("できました")');
      expect(await page.isEnabled('#sendButton')).toBe(true);
      expect(await page.locator('.message.system:has-text("停止しました")').count()).toBe(0);
    });
  });
});
