import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callIdFor, spriteIdFor } from '../../../src/contracts/base/ids.js';
import type { RunAgentInput } from '../../../src/activities/ports/agent-port.js';
import { superseded } from '../../../src/activities/runner-input/generate-input.js';
import type { Reply } from '../../fakes/messages-api.js';
import { eventually, game } from '../runner/bench.js';
import { videoPromises } from './video-promises.js';
import { playPromises } from './play-promises.js';
import { imagePromises } from './image-promises.js';
import {
  CALLBACK_SECRET,
  MODEL_KEY,
  start,
  startPortFixture,
  type PortSet,
  type PortFixture,
} from './fixture.js';
import { inFullRuns, sample } from '../../scope.js';
import { patient } from '../../support/patience.js';

const GENEROUS_MS = patient(40_000);

const make = (mark: string): Reply[] => [
  {
    say: `${mark}を作ります。`,
    use: [{ name: 'Write', input: { file_path: 'index.html', content: game(mark) } }],
  },
  { say: `${mark}ができました!\n\n提案: 敵を増やして` },
];

const FAILURES: [string, Reply, { kind: string; details?: object }][] = [
  [
    'a refused key',
    { status: 401, error: `invalid x-api-key ${MODEL_KEY}` },
    { kind: 'ModelKeyInvalid' },
  ],
  [
    'a busy model',
    { status: 429, headers: { 'retry-after': '1' } },
    { kind: 'ModelRateLimited', details: { retryAfterMs: 1_000 } },
  ],
  ['a refused request', { say: '', stop: 'refusal' }, { kind: 'ModelRefused' }],
  [
    'an answer that is too long',
    { say: '長い', stop: 'max_tokens' },
    { kind: 'ModelOutputTooLong' },
  ],
];

/** A backend and what it stands on, once they are there. */
type OpenSet = () => { fixture: PortFixture; set: PortSet };

/** What a set promises, by what it is asked for. */
const PROMISES = {
  runs: runPromises,
  failures: failurePromises,
  images: imagePromises,
  videos: videoPromises,
  plays: playPromises,
  unplayed: unplayedPromises,
} satisfies Record<string, (opened: OpenSet) => void>;

/**
 * What every set of activities promises, whatever it is bound to. One suite, so that falling back
 * changes nothing for anybody. A file asks for some of it, so that files take about as long as each
 * other.
 */
export function promisesOf(
  name: string,
  open: (fixture: PortFixture) => Promise<PortSet>,
  of: readonly (keyof typeof PROMISES)[],
): void {
  describe(`the ${name} set`, () => {
    let fixture: PortFixture;
    let set: PortSet;
    beforeAll(async () => {
      fixture = await startPortFixture();
      set = await open(fixture);
    });
    afterAll(async () => {
      await set?.stop();
      await fixture?.stop();
    });
    for (const each of of) PROMISES[each](() => ({ fixture, set }));
  });
}

/** What every set promises about runs whose model cannot play. */
function unplayedPromises(opened: OpenSet): void {
  it('P6: the model is told that it cannot play, and of what does not compile', async () => {
    const { fixture, set } = opened();
    const write = (content: string): Reply => ({
      use: [{ name: 'Write', input: { file_path: 'index.html', content } }],
    });
    const broken = game('雪').replace('function frame() {', 'function frame( {');
    fixture.script(write(broken), write(game('雪')), { say: 'できました' });
    const input = await fixture.openRun(await fixture.newProject());
    expect(await start(set.agent, input).outcome).toMatchObject({ kind: 'candidate' });
    const [first, second, third] = fixture.model.requests.map(({ raw }) => raw);
    expect(first).toContain('The game cannot be run here');
    expect(first).not.toContain('mcp__game__play');
    expect(second).toContain('index.html does not compile');
    // Of the page that was mended nothing is told: what stands there is the answer to the first.
    expect(third?.split('index.html does not compile')).toHaveLength(2);
  });
}

/** What every set promises about runs of the model that come to an end. */
function runPromises(opened: OpenSet): void {
  const run = (input: RunAgentInput) => start(opened().set.agent, input).outcome;
  const refOf = ({ projectId, jobId: workId }: RunAgentInput, revision: string) => ({
    ...{ projectId, workId, revision },
  });
  const fileOf = async (input: RunAgentInput, revision: string) =>
    (await opened().fixture.versions.readFile(refOf(input, revision), 'index.html'))?.toString(
      'utf8',
    );

  it("E2, E3: a run's candidate is kept on the right parent; usage is known", async () => {
    const place = await opened().fixture.newProject();
    opened().fixture.script(...make('星'));
    const first = await opened().fixture.openRun(place);
    const made = await run(first);
    expect(made).toMatchObject({
      kind: 'candidate',
      summary: '星ができました!',
      suggestions: ['敵を増やして'],
      usage: { turns: 2, outputTokens: 100 },
    });
    if (made.kind !== 'candidate') return;
    expect(await opened().fixture.candidates(first)).toEqual([made.revision]);
    expect(await fileOf(first, made.revision)).toBe(game('星'));
    await opened().fixture.publish(first, made.revision);

    opened().fixture.script(...make('月'));
    const second = await opened().fixture.openRun(place, { parent: made.revision });
    const next = await run(second);
    expect(next).toMatchObject({ kind: 'candidate' });
    if (next.kind !== 'candidate') return;
    const { parent } = await opened().fixture.versions.describe(refOf(second, next.revision));
    expect(parent).toBe(made.revision);
    expect(await fileOf(second, next.revision)).toBe(game('月'));
    expect(await fileOf(second, made.revision)).toBe(game('星'));
  });

  it("a player's images lie there before the model begins, and in the version", async () => {
    const { fixture } = opened();
    fixture.script(
      { use: [{ name: 'Read', input: { file_path: 'images/ship-1.webp' } }] },
      ...make('船'),
    );
    const webp = await sharp({ create: { width: 60, height: 40, channels: 4, background: '#f80' } })
      .webp()
      .toBuffer();
    const image = { number: '1', called: 'ship.png', name: 'ship-1', assetId: randomUUID() };
    const attached = [{ ...image, width: 60, height: 40 }];
    const input = await fixture.openRun(await fixture.newProject(), { attached });
    await fixture.images.write(input.userId, spriteIdFor(input.jobId, 'ship-1'), webp);
    const made = await run(input);
    if (made.kind !== 'candidate') throw new Error(made.kind);
    const kept = fixture.versions.readFile(refOf(input, made.revision), 'images/ship-1.webp');
    expect(await kept).toEqual(webp);
    const [first, second] = fixture.model.requests.map(({ raw }) => raw);
    expect(first).toContain('1. images/ship-1.webp (60 x 40 pixels), called 「ship.png」');
    // What the model has read is an image, which it is shown.
    expect(second).toMatch(/"type":"image","source":\{"type":"base64"/);
  });

  it('C2: its text is heard while it works, signed with the key of this call alone', async () => {
    opened().fixture.script(...make('風'));
    const input = await opened().fixture.openRun(await opened().fixture.newProject());
    await run(input);
    expect(opened().fixture.listener.textOf(callIdFor(input.jobId, 1))).toContain(
      '風を作ります。\n[Write]\n<!DOCTYPE html>',
    );
    expect(opened().fixture.listener.forged).toEqual([]);
  });

  inFullRuns('runner/generate answers in words', () => {
    it('an answer in words changes nothing', async () => {
      opened().fixture.script({ say: 'それは色の話ですね。\n\n提案: 赤くして' });
      const input = await opened().fixture.openRun(await opened().fixture.newProject());
      expect(await run(input)).toMatchObject({
        kind: 'answer',
        message: 'それは色の話ですね。',
        suggestions: ['赤くして'],
        usage: { turns: 1 },
      });
      expect(await opened().fixture.candidates(input)).toEqual([]);
    });
  });

  it('F1: a cancelled run is killed with everything it started, and leaves nothing', async () => {
    opened().fixture.script({ say: '考えています。'.repeat(500), pauseMsPerPiece: 100 });
    const input = await opened().fixture.openRun(await opened().fixture.newProject());
    const { outcome, env } = start(opened().set.agent, input);
    await eventually(() => opened().fixture.model.requests.length > 0, GENEROUS_MS);
    expect(await opened().fixture.processes()).not.toEqual([]);
    env.cancel('CANCELLED');
    await expect(outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
    await eventually(async () => (await opened().fixture.processes()).length === 0, GENEROUS_MS);
    expect(await opened().fixture.candidates(input)).toEqual([]);
  });

  inFullRuns('workflows/generate-game ends a job that has no time left', () => {
    it('F3: a run that takes longer than its limit is ended likewise, as a time-out', async () => {
      opened().fixture.script({ say: '考えています。'.repeat(500), pauseMsPerPiece: 100 });
      const input = await opened().fixture.openRun(await opened().fixture.newProject());
      const limited = { ...input, limitMs: 2_000 };
      await expect(run(limited)).rejects.toMatchObject({ kind: 'RunTimedOut' });
      await eventually(async () => (await opened().fixture.processes()).length === 0, GENEROUS_MS);
      expect(await opened().fixture.candidates(input)).toEqual([]);
    });
  });

  it('C4: a retry returns the checked candidate of before; the model is not asked', async () => {
    opened().fixture.script(...make('雪'));
    const first = await opened().fixture.openRun(await opened().fixture.newProject());
    const made = await run(first);
    opened().fixture.script({ status: 500 });
    const again = await run(await opened().fixture.nextAttempt(first));
    // It has not worked again: none of the job's time is counted twice.
    expect(again).toEqual({ ...made, workedMs: 0 });
    expect(opened().fixture.model.requests).toEqual([]);
  });

  it('C2: an attempt that was overtaken does not begin', async () => {
    opened().fixture.script(...make('雨'));
    const first = await opened().fixture.openRun(await opened().fixture.newProject());
    await opened().fixture.nextAttempt(first);
    await expect(run(first)).rejects.toMatchObject({ kind: superseded(1).kind });
    expect(opened().fixture.model.requests).toEqual([]);
  });

  it('a version that is not there is told as missing, and no model is asked', async () => {
    opened().fixture.script(...make('石'));
    const input = await opened().fixture.openRun(await opened().fixture.newProject(), {
      parent: 'a'.repeat(40),
    });
    await expect(run(input)).rejects.toMatchObject({ kind: 'RevisionMissing' });
    expect(opened().fixture.model.requests).toEqual([]);
  });

  type Place = Awaited<ReturnType<ReturnType<typeof opened>['fixture']['newProject']>>;
  /** Both have a game; what `remove` does twice takes the files of the first one alone. */
  async function expectRemoved(
    doomed: Place,
    neighbour: Place,
    folderOf: (place: Place) => string,
    remove: (place: Place) => Promise<void>,
  ): Promise<void> {
    const { fixture } = opened();
    fixture.script(...make('木'), ...make('木'));
    for (const place of [doomed, neighbour]) {
      await run(await fixture.openRun(place));
      await fixture.images.write(place.userId, randomUUID(), Buffer.from('webp'));
    }
    const isThere = (place: Place) =>
      access(folderOf(place)).then(
        () => true,
        () => false,
      );
    expect([await isThere(doomed), await isThere(neighbour)]).toEqual([true, true]);
    await remove(doomed);
    await remove(doomed);
    expect([await isThere(doomed), await isThere(neighbour)]).toEqual([false, true]);
  }

  it('F2: removing a project takes its files and no others, and may be repeated', async () => {
    const { fixture, set } = opened();
    const doomed = await fixture.newProject();
    const neighbour = await fixture.newProject(doomed.userId);
    const remove = (place: Place) => set.files.removeProjectFiles(place);
    await expectRemoved(doomed, neighbour, (place) => set.projectFolder(place), remove);
    const empty = await fixture.newProject();
    await expect(set.files.removeProjectFiles(empty)).resolves.toBeUndefined();
  });

  inFullRuns('http/account-deletion has the files of a user; a project is removed above', () => {
    it('F2: removing a user takes his files and no other user’s, and may be repeated', async () => {
      const { fixture, set } = opened();
      const [doomed, neighbour] = [await fixture.newProject(), await fixture.newProject()];
      const remove = (place: Place) => set.files.removeUserFiles(place);
      await expectRemoved(doomed, neighbour, (place) => set.userFolder(place), remove);
    });
  });
}

/** What every set promises about runs that fail. */
function failurePromises(opened: OpenSet): void {
  it.each(
    sample('each is told by its kind; runner/faults has all', FAILURES, FAILURES.slice(0, 2)),
  )(
    '%s is told by its own kind, shows no secret and changes nothing',
    async (_name, reply, expected) => {
      opened().fixture.script(reply);
      const input = await opened().fixture.openRun(await opened().fixture.newProject());
      const { outcome, beats } = start(opened().set.agent, input);
      const failure = (await outcome.catch((error: unknown) => error)) as Error & {
        details: unknown;
      };
      expect(failure).toMatchObject({ name: 'AppError', ...expected });
      for (const secret of [MODEL_KEY, CALLBACK_SECRET])
        expect(JSON.stringify([failure.message, failure.details, beats])).not.toContain(secret);
      expect(await opened().fixture.candidates(input)).toEqual([]);
      expect(await opened().fixture.processes()).toEqual([]);
    },
  );
}
