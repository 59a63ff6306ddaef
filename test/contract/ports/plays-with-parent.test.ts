import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playActivities } from '../../../src/activities/hosted/plays.js';
import { localHost } from '../../../src/activities/local/host.js';
import type { PlayGameInput } from '../../../src/activities/ports/play-port.js';
import { PlayInput } from '../../../src/contracts/game/play.js';
import type { TapeSet } from '../../../src/contracts/game/tape.js';
import { STEP, stepSeq } from '../../../src/contracts/durable/stream.js';
import { reportOf } from '../../../src/domain/playing/playing.js';
import { createDiskCache } from '../../../src/objects/disk-cache.js';
import { gameTreeOf } from '../../../src/versions/format/manifest.js';
import { openParcelFile } from '../../../src/versions/format/parcel.js';
import { makeVersion } from '../../support/versions.js';
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
  const { versions, database, tapes, records, stream, dataDir, objects } = fixture;
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
  const deps = { config, store: database.store, versions, records, tapes, stream, log };
  const input: PlayGameInput = {
    ...{ userId, projectId, jobId, revision: candidate.revision, parent: parent.revision },
    ...{ play: 1, round: 0, place: { attempt: 1, seq: stepSeq(0, STEP.play) } },
  };
  const play = (given: PlayGameInput) => playActivities(deps, host).playGame(given);
  const started = () => inActivity(play, input).outcome;
  return { input, gameTree, ownTree, seen, started };
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
    expect(await fixture.records.readScreenshot(input, report.loopName ?? '')).toEqual(loop);
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
