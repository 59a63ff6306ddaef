import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playActivities, searchActivities } from '../../../src/activities/hosted/plays.js';
import { tuningActivities } from '../../../src/activities/shared/projects/tuning.js';
import { localHost } from '../../../src/activities/local/host.js';
import type { PlayGameInput, SearchGameStep } from '../../../src/activities/ports/play-port.js';
import { sha256Of } from '../../../src/contracts/base/hashes.js';
import { PlayInput, PlayResult, SearchInput } from '../../../src/contracts/game/play.js';
import type { TapeInput, TapeSet } from '../../../src/contracts/game/tape.js';
import { VOLUME_BACKEND } from '../../../src/contracts/execution/backends.js';
import { STEP, stepSeq } from '../../../src/contracts/durable/stream.js';
import { PLAYER_VERSION, reportOf } from '../../../src/domain/playing/playing.js';
import { findingOf } from '../../../src/domain/playing/playing-words.js';
import { createDiskCache } from '../../../src/objects/disk-cache.js';
import { gameTreeOf } from '../../../src/versions/format/manifest.js';
import { openParcelFile } from '../../../src/versions/format/parcel.js';
import { makeVersion, publishAs } from '../../support/versions.js';
import { inActivity, log, startPortFixture, type PortFixture } from './fixture.js';

/** What a play of a change is handed, and what is kept of it: the runner says what it was given. */
let fixture: PortFixture;
beforeAll(async () => {
  fixture = await startPortFixture();
});
afterAll(() => fixture?.stop());

const loop = Buffer.from('RIFF before and after');

/** Plays a change of a version whose tapes are these; what its runner was given. */
async function playChange(kept: (gameTree: string) => TapeSet | null) {
  const { versions, database, tapes, dataDir, objects } = fixture;
  const config = fixture.config({ PLAY_LIVES: '3' });
  const opened = await fixture.openRun(await fixture.newProject());
  const { userId, projectId, jobId } = opened;
  const made = async (page: string, parent: string | null) =>
    makeVersion(versions, { projectId, workId: jobId }, { 'index.html': page }, { parent });
  const parent = await made('before', null);
  await fixture.publish(opened, parent.revision);
  const gameTree = gameTreeOf(parent.manifest.files);
  const set = kept(gameTree);
  if (set !== null) await tapes.replace(opened, set);
  const candidate = await made('after', parent.revision);
  const ownTree = gameTreeOf(candidate.manifest.files);
  const seen = path.join(dataDir, `${jobId}.seen`);
  const found = {
    ...reportOf([], [], { needs: [], gameTree: ownTree }),
    ...{ sheet: null, screen: null, states: [], tookMs: 1, loop: loop.toString('base64') },
    tapes: { gameTree: ownTree, player: 9, tapes: [], answers: {} },
  };
  const code = `
    const fs = require('node:fs');
    process.stdin.once('data', (line) => {
      const input = JSON.parse(line);
      fs.writeFileSync(${JSON.stringify(seen)}, line);
      if (input.parent)
        fs.copyFileSync(input.parent.parcelFile, ${JSON.stringify(`${seen}.parcel`)});
      console.log(${JSON.stringify(JSON.stringify({ result: found }))});
      process.exit();
    });`;
  const host = localHost({
    ...{ config, store: database.store, versions, log, runner: ['-e', code] },
    cache: createDiskCache(dataDir, objects),
  });
  const deps = { ...fixture, config, store: database.store, log };
  const input: PlayGameInput = {
    ...{ userId, projectId, jobId, revision: candidate.revision, parent: parent.revision },
    ...{ play: 1, round: 0, place: { attempt: 1, seq: stepSeq(0, STEP.play) } },
  };
  const play = (given: PlayGameInput) => playActivities(deps, host).playGame(given);
  const started = () => inActivity(play, input).outcome;
  return { input, gameTree, ownTree, seen, started, found };
}
const setOf = (gameTree: string): TapeSet => ({
  ...{ gameTree, player: 9, tapes: [], answers: { tap: true } },
});

describe('P4: the play of a change', () => {
  it('is handed its parent with its tapes, and what it hands over is kept', async () => {
    const { input, ownTree, gameTree, seen, started } = await playChange(setOf);
    const report = await started();
    const given = PlayInput.parse(JSON.parse(await readFile(seen, 'utf8')));
    expect(given).toMatchObject({ parent: { tapes: setOf(gameTree) }, lives: 3 });
    const parcel = await openParcelFile(`${seen}.parcel`);
    expect((await parcel.read('index.html'))?.toString()).toBe('before');
    expect(report).not.toHaveProperty('tapes');
    const kept = await fixture.records.readScreenshot(input, report.loopName ?? '');
    expect(kept).toEqual({ bytes: loop, card: null });
    await fixture.tapes.keep(input, ownTree);
    expect(await fixture.tapes.read(input, ownTree)).toMatchObject({ gameTree: ownTree });
    expect(await readdir(path.join(fixture.dataDir, 'scratch'))).toEqual([]);
  });

  it('goes without tapes that are of other files, or gone', async () => {
    const { seen, started } = await playChange(() => null);
    await started();
    expect(JSON.parse(await readFile(seen, 'utf8'))).toMatchObject({ parent: { tapes: null } });
  });

  it('goes without a parent that cannot be read: a game is played all the same', async () => {
    const { input, seen, started } = await playChange(() => null);
    input.parent = 'd'.repeat(40);
    await started();
    expect(JSON.parse(await readFile(seen, 'utf8'))).not.toHaveProperty('parent');
  });
});

describe('P6: the play of a candidate that its run has played', () => {
  it('goes on from what that saw of the same files by the same player, and else anew', async () => {
    const { input, seen, started, found } = await playChange(() => null);
    const given = async () => {
      await started();
      return PlayInput.parse(JSON.parse(await readFile(seen, 'utf8')));
    };
    const ofRun = PlayResult.parse({
      ...{ ...found, tapes: null, loop: null },
      receipt: {
        ...{ tapes: 1, isSame: true, most: null },
        ...{ lost: [], changed: [], gained: [], same: [], neverRan: [] },
      },
      moments: [{ doing: 'PLAY', png: 'AAAA' }],
    });
    const kept = (changes: Partial<PlayResult>) =>
      fixture.records.writeOfRun(input, { ...ofRun, ...changes });
    expect(await given()).not.toHaveProperty('known');
    await kept({});
    expect(await given()).toMatchObject({ known: ofRun, lives: 3 });
    for (const changes of [
      { gameTree: 'f'.repeat(64) },
      { player: PLAYER_VERSION - 1 },
      { verdict: 'broken' as const },
      { moments: [] },
      { receipt: undefined },
      { notes: [findingOf('missing-file', 'loading', 'a.png')] },
    ]) {
      await kept(changes);
      expect(await given()).not.toHaveProperty('known');
    }
  });
});

const TUNABLE = `<script type="application/json" id="settings">[
{ "name": "speed", "kind": "number", "min": 1, "max": 3, "step": 1, "value": 1 }]</script>`;

const search = (
  input: SearchGameStep,
  found: unknown,
  { lives = '7', store = fixture.database.store, money = {}, delivery = 0 } = {},
) => {
  const { versions, dataDir, objects } = fixture;
  const config = fixture.config({ PLAY_SEARCH_LIVES: lives, ...money });
  const seen = path.join(dataDir, `${input.searchId}.seen`);
  const code = `
    process.stdin.once('data', (line) => {
      require('node:fs').writeFileSync(${JSON.stringify(seen)}, line);
      console.log(${JSON.stringify(JSON.stringify({ result: found }))});
      process.exit();
    });`;
  const host = localHost({
    ...{ config, store, versions, log, runner: ['-e', code] },
    cache: createDiskCache(dataDir, objects),
  });
  // As where a container's time is paid; the work is done here all the same.
  if (delivery > 0) Object.assign(host, { backend: VOLUME_BACKEND });
  const deps = { ...fixture, config, store, log };
  const given = () => readFile(seen, 'utf8').then((text) => SearchInput.parse(JSON.parse(text)));
  const activity = (step: SearchGameStep) => searchActivities(deps, host).searchGame(step);
  const info = { startToCloseTimeoutMs: 300_000, attempt: Math.max(1, delivery) };
  return { outcome: inActivity(activity, input, undefined, info).outcome, given };
};

async function openTuning({ userId, projectId }: { userId: string; projectId: string }) {
  const id = randomUUID();
  await fixture.database.store.actions.open({ id, userId, projectId, kind: 'tune' });
  return id;
}

describe('P3: the search of a published version', () => {
  async function published(screenshot: string | null = null) {
    const run = await fixture.openRun(await fixture.newProject());
    const { userId, projectId, jobId } = run;
    const how = { jobId, screenshot };
    const { dataDir, database, versions } = fixture;
    const files = { 'index.html': 'x' };
    const revision = await publishAs(database, dataDir, projectId, files, how);
    const input = { userId, projectId, revision, searchId: randomUUID() };
    const gameTree = gameTreeOf((await versions.describe(input)).manifest.files);
    return { input, gameTree, found: { tapes: { ...setOf(gameTree), player: 10 }, tookMs: 1 } };
  }

  it('goes on from its tapes and its owner’s plays, and takes their place', async () => {
    const { input, gameTree, found } = await published();
    const play: TapeInput[] = [{ type: 'keyDown', atMs: 0, key: 'a' }];
    await fixture.tapes.replace(input, setOf(gameTree));
    await fixture.tapes.addOwnerPlay(input, gameTree, play);
    const { outcome, given } = search(input, found);
    expect(await outcome).toBe('searched');
    expect(await given()).toMatchObject({
      ...{ lives: 7, owner: [play], tapes: setOf(gameTree) },
      wallMs: 180_000,
    });
    expect(await fixture.tapes.read(input, gameTree)).toEqual(found.tapes);
  });

  it('keeps its loop beside the screenshot of the version, if there is one', async () => {
    const name = '5'.repeat(64);
    const moving = { loop: loop.toString('base64') };
    const { input, found } = await published(name);
    expect(await search(input, { ...found, ...moving }).outcome).toBe('searched');
    expect(await fixture.screenshots.readLoop(input, name)).toEqual(loop);
    const unseen = await published();
    expect(await search(unseen.input, { ...unseen.found, ...moving }).outcome).toBe('searched');
  });

  it('gives a tuned version an image of its own, once, and a generated one none', async () => {
    const parents = '6'.repeat(64);
    const own = Buffer.from('a tuned game');
    const { input, found } = await published(parents);
    const images = {
      ...{ loop: loop.toString('base64'), screen: own.toString('base64') },
      card: Buffer.from('its square').toString('base64'),
    };
    const shown = async () => (await fixture.database.store.revisions.head(projectId))?.screenshot;
    const { userId, projectId } = input;
    expect(await search(input, { ...found, ...images }).outcome).toBe('searched');
    expect(await shown()).toBe(parents);
    const { dataDir, database, versions } = fixture;
    const jobId = await openTuning(input);
    const how = { jobId, kind: 'tune', screenshot: parents } as const;
    const revision = await publishAs(database, dataDir, projectId, { 'index.html': 'y' }, how);
    const tuned = { userId, projectId, revision, searchId: randomUUID() };
    const gameTree = gameTreeOf((await versions.describe(tuned)).manifest.files);
    const tapes = { ...setOf(gameTree), player: 10 };
    const searched = (changes: object) =>
      search({ ...tuned, searchId: randomUUID() }, { ...found, tapes, ...images, ...changes });
    expect(await searched({ screen: null }).outcome).toBe('searched');
    expect(await shown()).toBe(parents);
    expect(await searched({}).outcome).toBe('searched');
    const name = sha256Of(own);
    expect(await shown()).toBe(name);
    expect(await fixture.screenshots.read(input, name)).toEqual(own);
    expect(await fixture.screenshots.readCard(input, name)).toEqual(Buffer.from('its square'));
    expect(await fixture.screenshots.readLoop(input, name)).toEqual(loop);
    expect(await searched({ screen: images.card }).outcome).toBe('searched');
    expect(await shown()).toBe(name);
  });

  it.each([
    ['is had by saved settings', {}, true],
    ['is not had by those of a game that is not played', { PLAY_GAMES: 'false' }, undefined],
    ['is not had by those where it is off', { PLAY_SEARCH_LIVES: '0' }, undefined],
  ])('%s', async (_, env, isSearched) => {
    const run = await fixture.openRun(await fixture.newProject());
    const { userId, projectId, jobId } = run;
    const { dataDir, database, versions } = fixture;
    const { store } = database;
    await publishAs(database, dataDir, projectId, { 'index.html': TUNABLE }, { jobId });
    const actionId = await openTuning(run);
    const deps = { store, versions, log, config: fixture.config(env) };
    const values = { speed: 2 };
    const saved = await tuningActivities(deps).tuneRevision({
      ...{ actionId, userId, projectId, values },
    });
    expect(saved).toMatchObject({ ok: true, result: { isNew: true } });
    expect(saved.isSearched).toBe(isSearched);
  });

  it('is none of a version that is not the newest, and none where it is off', async () => {
    const { input, gameTree, found } = await published();
    const older = { ...input, revision: 'e'.repeat(40) };
    expect(await search(older, found).outcome).toBe('skipped');
    expect(await search(input, found, { lives: '0' }).outcome).toBe('skipped');
    expect(await fixture.tapes.read(input, gameTree)).toBeNull();
  });

  it('takes nothing in that is of other files', async () => {
    const { input, gameTree } = await published();
    const other = { tapes: setOf('b'.repeat(64)), tookMs: 1 };
    await expect(search(input, other).outcome).rejects.toMatchObject({ kind: 'RunCrashed' });
    expect(await fixture.tapes.read(input, gameTree)).toBeNull();
  });

  describe('where its container is paid', () => {
    const money = { BUDGET_DAILY_USD: '100', USER_DAILY_LOSS_USD: '1' };
    const metered = ({ input, found }: Awaited<ReturnType<typeof published>>, delivery = 1) =>
      search(input, found, { money, delivery }).outcome;
    const spend = (userId: string, fn: string, usd: number, count = 1) =>
      fixture.database.sql(
        `insert into public.usage_events (user_id, call_id, kind, backend, function, state, usd)
         select $1, gen_random_uuid(), 'modal', 'modal', $2, 'released', $3
         from generate_series(1, $4)`,
        [userId, fn, usd, count],
      );
    beforeEach(async () => {
      await fixture.database.sql('delete from public.usage_events');
    });

    it.each<[string, (userId: string) => Promise<unknown>]>([
      ['its user has had twenty on one day', (userId) => spend(userId, 'search-game', 0, 20)],
      ['the losses of its user are used up', (userId) => spend(userId, 'play-game', 1.01)],
    ])('is none when %s, and others have theirs', async (_, use) => {
      const game = await published();
      await use(game.input.userId);
      expect(await metered(game)).toBe('skipped');
      expect(await metered(await published())).toBe('searched');
    });

    it.each<[string, () => Promise<unknown>]>([
      ['the budget of the day is used up', async () => spendOfOthers('play-game', 100)],
      ['searches have taken a tenth of it', async () => spendOfOthers('search-game', 10)],
    ])('is none when %s', async (_, use) => {
      await use();
      expect(await metered(await published())).toBe('skipped');
    });
    const spendOfOthers = async (fn: string, usd: number) =>
      spend(await fixture.database.newUserId(), fn, usd);

    it('counts from its beginning, once, and is not cut by a limit then', async () => {
      const game = await published();
      const { userId } = game.input;
      await spend(userId, 'search-game', 0, 19);
      expect(await metered(game)).toBe('searched');
      expect(await metered(game)).toBe('skipped');
      expect(await metered(game, 2)).toBe('searched');
    });
  });

  it('L4: brings no project back that was deleted meanwhile', async () => {
    const { input, gameTree, found } = await published();
    const { store } = fixture.database;
    const projects = { ...store.projects, get: async () => null };
    await search(input, found, { store: { ...store, projects } }).outcome;
    expect(await fixture.tapes.read(input, gameTree)).toBeNull();
  });
});
