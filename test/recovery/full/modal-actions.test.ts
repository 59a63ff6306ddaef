import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow } from '../../../src/disk/absent.js';
import { actionWorkflowId, renderWorkflowId } from '../../../src/contracts/base/ids.js';
import { MODAL_FUNCTION, type ModalFunctionName } from '../../../src/contracts/execution/modal.js';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { expectOneLine, serviceClient, type Player } from '../../support/checker.js';
import { keysIn } from '../../support/objects.js';
import { openVideo, programsOf } from '../../support/video.js';
import { modalControlOf, type ModalControl } from '../../support/modal-emulator.js';
import { closeBreaker, expectNothingRuns, triesOf, type Try } from '../../support/modal-story.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/**
 * Images and videos, of one second at a quarter of their size, whose Modal is in trouble: they are
 * made on this machine, once (G1).
 */
let stack: Stack;
let demo: DemoServer;
let modal: ModalControl;
let workers: Workers;
let player: Player;
/** What the image model was asked. */
const asked: string[] = [];

/**
 * Longest time from the first try on Modal to the one on this machine: twice that of G1, on a
 * machine that does other things.
 */
const FALLBACK_LIMIT_MS = patient(20_000);
const GENEROUS_MS = patient(300_000);

beforeAll(async () => {
  demo = await startDemoServer({
    onImageRequest: ({ prompt }) => {
      asked.push(prompt);
    },
  });
  const env = {
    VIDEO_SECONDS: '1',
    VIDEO_SCALE: '0.25',
    GEMINI_API_KEY: 'a-key-for-tests',
    GEMINI_BASE_URL: `${demo.url}/gemini`,
  };
  stack = await startStack({ modalEmulator: true, env, leaveDown: ['modal', 'worker'] });
  modal = modalControlOf(stack);
  workers = await startWorkers(stack, 1);
});
afterEach(async () => {
  player?.listener.close();
  await modal.up();
  await modal.clear();
  await workers.restart({});
  await closeBreaker(stack);
});
afterAll(async () => {
  await workers?.stop();
  await stack?.stop();
  await demo?.close();
});

/** Somebody whose first image or video it is. */
async function newcomer(): Promise<void> {
  player?.listener.close();
  player = await newPlayer(stack);
}

const post = async (
  to: string,
  body: object,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await fetch(`${stack.baseUrl}${to}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${player.user.accessToken}`,
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const actionRows = async (): Promise<object[]> => {
  const { data, error } = await serviceClient(stack)
    .from('actions')
    .select('id, kind, state, progress')
    .eq('user_id', player.user.id);
  if (error) throw error;
  return data;
};
const inWords = (tries: readonly Try[]): string[] =>
  tries.map(({ backend, failure }) => (failure === null ? backend : `${backend} ${failure}`));
const isAtWork = async (fn: ModalFunctionName, calls: number): Promise<boolean> => {
  const state = await modal.state();
  return (
    state.calls.filter((call) => call.function === fn).length === calls &&
    state.containers.some(({ function: name, isBusy }) => name === fn && isBusy)
  );
};
const callsOf = async (fn: ModalFunctionName): Promise<number> =>
  (await modal.state()).calls.filter((call) => call.function === fn).length;

/** An image or a video as this suite sees it. */
interface Work {
  fn: ModalFunctionName;
  /** Begins it; `untilAtWork` resolves when the n-th container, from 1, does what takes long. */
  begin(
    actionId: string,
  ): Promise<{ answer: Promise<unknown>; untilAtWork: (nth: number) => Promise<void> }>;
  story(): Promise<Try[]>;
  /** It is whole, it is there once, its row says so, and nothing of it is left. */
  expectMadeOnce(answer: unknown): Promise<void>;
}

async function image(): Promise<Work> {
  await newcomer();
  const wish = `[demo:slow-3] 猫 ${randomUUID()}`;
  const times = (): number => asked.filter((prompt) => prompt.startsWith(wish)).length;
  let id = '';
  return {
    fn: MODAL_FUNCTION.image,
    async begin(actionId) {
      id = actionId;
      const untilAtWork = (nth: number): Promise<void> =>
        expect.poll(times, { timeout: GENEROUS_MS }).toBe(nth);
      return { answer: post('/api/generate-image', { prompt: wish, actionId }), untilAtWork };
    },
    story: () => triesOf(stack, actionWorkflowId(id), 'drawImage'),
    async expectMadeOnce(answer) {
      const { status, body } = answer as Awaited<ReturnType<typeof post>>;
      expect([status, body['actionId']]).toEqual([200, id]);
      expect(
        await sharp(Buffer.from(String(body['image']).split(',')[1] ?? '', 'base64')).metadata(),
      ).toMatchObject({ format: 'png', hasAlpha: true });
      expect(await actionRows()).toEqual([
        { id, kind: 'generateImage', state: 'completed', progress: 100 },
      ]);
      await expect
        .poll(() => readdir(path.join(stack.dataDir, 'objects', 'images', player.user.id)), {
          timeout: patient(30_000),
        })
        .toEqual([id]);
    },
  };
}

async function video(): Promise<Work> {
  // One video for each version, and the same wish twice need not make another one.
  await newcomer();
  await say(player);
  await player.listener.until(({ type }) => type === 'completed');
  const revision = (await expectOneLine(stack, player)).at(-1)?.revision ?? '';
  const before = await callsOf(MODAL_FUNCTION.video);
  let id = '';
  return {
    fn: MODAL_FUNCTION.video,
    async begin(actionId) {
      id = actionId;
      const untilAtWork = async (nth: number): Promise<void> => {
        await expect
          .poll(() => isAtWork(MODAL_FUNCTION.video, before + nth), { timeout: GENEROUS_MS })
          .toBe(true);
        await expect
          .poll(async () => (await programsOf(id)).length, { timeout: GENEROUS_MS })
          .toBeGreaterThan(0);
      };
      return {
        answer: post(`/api/projects/${player.projectId}/generate-movie`, { actionId }),
        untilAtWork,
      };
    },
    story: () => triesOf(stack, renderWorkflowId(player.projectId, revision), 'renderVideo'),
    async expectMadeOnce(answer) {
      expect(answer).toMatchObject({ status: 200, body: { success: true } });
      expect(await actionRows()).toEqual([
        { id, kind: 'renderVideo', state: 'completed', progress: 100 },
      ]);
      const seen = await fetch(`${stack.baseUrl}/api/projects/${player.projectId}/movie`, {
        headers: { authorization: `Bearer ${player.user.accessToken}` },
      });
      const { codec, width, frames } = await openVideo(Buffer.from(await seen.arrayBuffer()));
      expect([codec, width, frames.length]).toEqual(['h264', 270, 30]);
      const { projectId } = player;
      expect(await keysIn(stack.dataDir, `v/${projectId}/`)).toEqual([
        `v/${projectId}/${revision}`,
      ]);
      expect(await filesBelow(path.join(stack.dataDir, 'scratch'))).toEqual([]);
      await expect.poll(() => programsOf(id), { timeout: patient(30_000) }).toEqual([]);
    },
  };
}

describe.each<[string, () => Promise<Work>]>([
  ['an image', image],
  ['a video', video],
])('G1: %s', { timeout: GENEROUS_MS }, (_what, newWork) => {
  it('whose Modal refuses is made here, before anybody has waited long', async () => {
    const work = await newWork();
    const calls = await callsOf(work.fn);
    await modal.down();
    const { answer } = await work.begin(randomUUID());
    await work.expectMadeOnce(await answer);
    const tries = await work.story();
    // One that took long is not made twice: that is up to the machine.
    expect([
      ['modal ModalUnavailable', 'modal ModalUnavailable', 'local'],
      ['modal ModalUnavailable', 'local'],
    ]).toContainEqual(inWords(tries));
    expect((tries.at(-1)?.scheduledAtMs ?? Infinity) - (tries[0]?.scheduledAtMs ?? 0)).toBeLessThan(
      FALLBACK_LIMIT_MS,
    );
    await modal.up();
    expect(await callsOf(work.fn)).toBe(calls);
  });

  it('whose containers die twice is made here', async () => {
    const work = await newWork();
    const { answer, untilAtWork } = await work.begin(randomUUID());
    for (const nth of [1, 2]) {
      await untilAtWork(nth);
      expect(await modal.killContainers({ function: work.fn, outcome: 'failure' })).toBe(1);
    }
    await work.expectMadeOnce(await answer);
    expect(inWords(await work.story())).toEqual(['modal RunCrashed', 'modal RunCrashed', 'local']);
    await expectNothingRuns(stack);
  });

  it('whose Modal dies while it works is made here; its late result changes nothing', async () => {
    const work = await newWork();
    const { answer, untilAtWork } = await work.begin(randomUUID());
    await untilAtWork(1);
    await stack.kill('modal');
    await work.expectMadeOnce(await answer);
    expect(inWords(await work.story())).toEqual(['modal ModalUnavailable', 'local']);
    await stack.startPart('modal');
    await expectNothingRuns(stack);
    await work.expectMadeOnce(await answer);
  });
});
