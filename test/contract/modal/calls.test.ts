import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActivityCancellationDetails } from '@temporalio/common';
import { createBreaker } from '../../../src/activities/modal/breaker.js';
import {
  createModalCalls,
  type ModalCall,
  type ModalCalls,
} from '../../../src/activities/modal/call.js';
import { connectModal, type ModalConnection } from '../../../src/activities/modal/client.js';
import type { RunAgentOutcome } from '../../../src/activities/ports/agent-port.js';
import type { RenderVideoStoryInput } from '../../../src/activities/ports/video-ports.js';
import type { ModalSet } from '../../../src/activities/modal/open.js';
import { MODAL_FUNCTION, volumeNameOf } from '../../../src/contracts/execution/modal.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { failedKey } from '../../../src/versions/kept/places.js';
import { runnerVersion } from '../../../src/activities/runner-input/bundle.js';
import { modalSet, openFixtureModal, type ModalPortSet } from '../ports/sets.js';
import {
  inActivity,
  log,
  start,
  startPortFixture,
  type Place,
  type PortFixture,
} from '../ports/fixture.js';
import { newVideo } from '../ports/video-game.js';
import { programsOf } from '../../support/video.js';
import { eventually, game } from '../runner/bench.js';
import type { Reply } from '../../fakes/messages-api.js';
import { patient } from '../../support/patience.js';

const GENEROUS_MS = patient(40_000);
/** Of the calls in this file; the product's own is longer. */
const DEADLINE_MS = 1_500;
const HALF_OPEN_AFTER_MS = 300;

let fixture: PortFixture;
let set: ModalPortSet;
let connection: ModalConnection;
let calls: ModalCalls;
let place: Place;

beforeAll(async () => {
  fixture = await startPortFixture();
  set = await modalSet(fixture);
  connection = await connectModal(
    fixture.config(set.emulator.env),
    await runnerVersion(),
    DEADLINE_MS,
  );
  calls = await openCalls();
  place = await fixture.newProject();
});
afterEach(async () => {
  await set.emulator.control.up();
  await set.emulator.control.clear();
});
afterAll(async () => {
  connection?.close();
  await set?.stop();
  await fixture?.stop();
});

const callbackSecret = 'c'.repeat(32);

/** Calls that are written down nowhere, as a runner of this version makes them. */
function unwrittenCalls(version: string, through: ModalConnection): ModalCalls {
  const nothing = async (): Promise<void> => undefined;
  const breaker = createBreaker({ report: async () => false, log });
  return createModalCalls({
    callbackSecret,
    connection: through,
    version,
    log,
    breaker,
    ledger: { started: nothing, ended: nothing, recordCall: nothing },
  });
}

/** Calls with a breaker of their own, as another worker has them. */
async function openCalls(halfOpenAfterMs = HALF_OPEN_AFTER_MS): Promise<ModalCalls> {
  const { store } = fixture.database;
  const breaker = createBreaker({
    report: (found) => store.backendState.reportBreaker(found),
    log,
    halfOpenAfterMs,
  });
  const ledger = {
    started: store.modalCalls.started,
    ended: (id: string) => store.modalCalls.ended(id),
    recordCall: store.usage.recordCall,
  };
  const version = await runnerVersion();
  return createModalCalls({ connection, breaker, version, ledger, callbackSecret, log });
}

const Any = z.looseObject({});
const write = (file: string, content: string): ModalCall['input'] => ({
  command: 'files',
  root: '',
  op: 'write',
  path: file,
  content,
  encoding: 'utf8',
});
const list = (folder: string, root = ''): ModalCall['input'] => ({
  command: 'files',
  root,
  op: 'list',
  path: folder,
});
const files = (userId: string, input: ModalCall['input'], through = calls) =>
  through.run({ userId, fn: MODAL_FUNCTION.files, input }, Any);
const timed = async <T>(work: Promise<T>): Promise<{ took: number; value: T }> => {
  const from = performance.now();
  const value = await work;
  return { took: performance.now() - from, value };
};
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error & { kind?: string },
  );
const SLOW_MODEL = { say: '考えています。'.repeat(500), pauseMsPerPiece: 100 } as const;
const generations = async () =>
  (await set.emulator.control.state()).calls.filter(
    (call) => call.function === MODAL_FUNCTION.generate,
  );

describe("a call runs on its own user's Volume and no other", () => {
  it("what it writes is there for that user's next call, in that user's own Volume", async () => {
    await files(place.userId, write('notes/a.txt', 'こんにちは'));
    expect((await files(place.userId, list('notes'))).result).toMatchObject({
      entries: [{ path: 'a.txt', sizeBytes: 15 }],
    });
    expect(
      await readFile(
        path.join(set.emulator.volumeFolder(volumeNameOf(place.userId)), 'notes/a.txt'),
        'utf8',
      ),
    ).toBe('こんにちは');
  });

  it("another user's function can neither name, list nor read it", async () => {
    await files(place.userId, write('secret.txt', 'TOP-SECRET'));
    const other = (await fixture.newProject()).userId;
    await files(other, write('own.txt', 'x'));
    const listed = (await files(other, list(''))).result;
    expect(JSON.stringify(listed)).toContain('own.txt');
    expect(JSON.stringify(listed)).not.toContain('secret');
    const volume = volumeNameOf(place.userId);
    for (const root of ['..', `../${volume}`, `/${volume}`, set.emulator.volumeFolder(volume)]) {
      expect(await failureOf(files(other, list('', root))), root).toMatchObject({
        kind: 'PATH_ESCAPE',
      });
    }
    for (const name of [`../${volume}/secret.txt`, set.emulator.volumeFolder(volume)])
      expect(await failureOf(files(other, list(name))), name).toMatchObject({
        kind: 'PATH_ESCAPE',
      });
    const foreignRepo: ModalCall['input'] = {
      command: 'git',
      op: 'state',
      repoDir: `../${volume}/projects/${place.projectId}/repo.git`,
      revisions: [],
    };
    expect(
      await failureOf(
        calls.run({ userId: other, fn: MODAL_FUNCTION.git, input: foreignRepo }, Any),
      ),
    ).toMatchObject({ kind: 'PATH_ESCAPE' });
  });
});

describe('C1: a worker that goes away leaves the call running; another goes on with it', () => {
  it('by the id in the heartbeat: one call, one run of the model, one candidate', async () => {
    fixture.script(
      {
        use: [{ name: 'Write', input: { file_path: 'index.html', content: game('星') } }],
        pauseMsPerPiece: 100,
      },
      { say: 'できました' },
    );
    const input = await fixture.openRun(place);
    const before = (await generations()).length;
    const first = start(set.agent, input);
    await eventually(() => fixture.model.requests.length > 0, GENEROUS_MS);
    first.env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(first.outcome).rejects.toMatchObject({
      name: 'ApplicationFailure',
      type: 'WorkerShutdown',
      nonRetryable: false,
    });
    const second = start(set.agent, input, first.beats.at(-1));
    await expect(second.outcome).resolves.toMatchObject({ kind: 'candidate' });
    expect((await generations()).length).toBe(before + 1);
    expect(fixture.model.requests).toHaveLength(2);
  });

  it('I5: by the table, when the next worker has no heartbeat to read', async () => {
    fixture.script(SLOW_MODEL);
    const input = await fixture.openRun(place);
    const before = (await generations()).length;
    const first = start(set.agent, input);
    await eventually(() => fixture.model.requests.length > 0, GENEROUS_MS);
    first.env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(first.outcome).rejects.toMatchObject({ details: [{ goesOn: true }] });
    const second = start(set.agent, input);
    await eventually(() => second.beats.length > 1, GENEROUS_MS);
    second.env.cancel();
    await expect(second.outcome).rejects.toThrow();
    expect((await generations()).length).toBe(before + 1);
  });

  it('before the call has an id: counts as crashed, so that a new one stops the old', async () => {
    const input = await fixture.openRun(place);
    const before = (await generations()).length;
    const { outcome } = start(set.agent, input, {
      callId: `${input.jobId}.1`,
      functionCallId: null,
    });
    await expect(outcome).rejects.toMatchObject({ kind: 'RunCrashed' });
    expect((await generations()).length).toBe(before);
  });

  it('a call that Modal does not know any more is a crash, and no reason to wait', async () => {
    const input = await fixture.openRun(place);
    const { outcome } = start(set.agent, input, {
      callId: `${input.jobId}.1`,
      functionCallId: 'fc-000000000000000000000000',
      spawnedAtMs: Date.now(),
    });
    await expect(outcome).rejects.toMatchObject({ kind: 'RunCrashed' });
  });
});

const writes = (mark: string): Reply => ({
  use: [{ name: 'Write', input: { file_path: 'index.html', content: game(mark) } }],
});
const DONE = { say: 'できました' } as const;

async function candidateOf(work: Promise<RunAgentOutcome>): Promise<string> {
  const made = await work;
  if (made.kind !== 'candidate') throw new Error('no candidate');
  return made.revision;
}

describe('E6: no run relies on what the Volume has', () => {
  it('the parent comes along, and the object comes home', async () => {
    const own = await fixture.newProject();
    fixture.script(writes('一'), DONE);
    const first = await fixture.openRun(own);
    const made = await candidateOf(start(set.agent, first).outcome);
    await fixture.publish(first, made);
    await set.files.removeProjectFiles(own);
    const read = { use: [{ name: 'Read', input: { file_path: 'index.html' } }] };
    fixture.script(read, writes('二'), DONE);
    const second = await fixture.openRun(own, { parent: made });
    const next = await candidateOf(start(set.agent, second).outcome);
    const ref = { projectId: own.projectId, workId: second.jobId, revision: next };
    expect(await fixture.versions.describe(ref)).toMatchObject({ parent: made });
    expect(String(await fixture.versions.readFile(ref, 'index.html'))).toContain('二');
  });

  it('C4: a lost answer after a paid run is not paid twice', async () => {
    const input = await fixture.openRun(await fixture.newProject());
    fixture.script(writes('一'), DONE);
    await set.emulator.control.add({ kind: 'lost-result', on: MODAL_FUNCTION.generate, times: 1 });
    await expect(start(set.agent, input).outcome).rejects.toMatchObject({ kind: 'RunCrashed' });
    expect(fixture.model.requests).toHaveLength(2);
    expect(await fixture.candidates(input)).toEqual([]);
    const again = await fixture.nextAttempt(input);
    const made = await candidateOf(start(set.agent, again).outcome);
    expect(fixture.model.requests).toHaveLength(2);
    expect(await fixture.candidates(input)).toEqual([made]);
  });

  it('E4: what a failed run had made is kept', async () => {
    const input = await fixture.openRun(await fixture.newProject());
    fixture.script(writes('半分'), { status: 401, error: 'invalid x-api-key' });
    await expect(start(set.agent, input).outcome).rejects.toMatchObject({
      kind: 'ModelKeyInvalid',
    });
    const { projectId, jobId, attempt } = input;
    const kept = await createFileObjectStore(fixture.dataDir).get(
      failedKey(projectId, jobId, attempt),
    );
    kept?.body.destroy();
    expect(kept?.sizeBytes).toBeGreaterThan(0);
    expect(await fixture.candidates(input)).toEqual([]);
  });
});

describe('F3: work that says nothing is ended', () => {
  const impatientSet = (startTimeoutMs: string): Promise<ModalSet> =>
    openFixtureModal(fixture, set.emulator, {
      START_TIMEOUT_MS: startTimeoutMs,
      NO_PROGRESS_TIMEOUT_MS: '3000',
    });
  const untilNoneRuns = (): Promise<boolean> =>
    eventually(async () => (await generations()).every((call) => !call.isRunning), GENEROUS_MS);

  it('when the row of an action heard of nothing, as that of a job', async () => {
    const impatient = await impatientSet('1000');
    const input = await newVideo(fixture);
    const { outcome } = inActivity(
      (given: RenderVideoStoryInput) => impatient.long.video.renderVideo(given),
      input,
    );
    await expect(outcome).rejects.toMatchObject({ kind: 'RunStalled' });
    await impatient.close();
    await untilNoneRuns();
    expect(await programsOf(input.actionId)).toEqual([]);
  });

  it('when the row heard of no event within the limit, with everything it started', async () => {
    fixture.script(SLOW_MODEL);
    const input = await fixture.openRun(place);
    const impatient = await impatientSet('3000');
    const { outcome } = start(impatient.long.agent, input);
    await expect(outcome).rejects.toMatchObject({ kind: 'RunStalled' });
    await impatient.close();
    await eventually(async () => (await fixture.processes()).length === 0, GENEROUS_MS);
    await untilNoneRuns();
  });
});

describe('G3: every request to Modal ends', () => {
  it.each(['FunctionGet', 'VolumeGetOrCreate', 'FunctionBindParams', 'FunctionMap'])(
    'a %s that hangs is Modal being unavailable, within the deadline',
    async (on) => {
      const own = await openCalls();
      await set.emulator.control.add({ kind: 'hang', on });
      const { took, value } = await timed(failureOf(files(place.userId, list('notes'), own)));
      expect(value).toMatchObject({ kind: 'ModalUnavailable' });
      expect(took).toBeLessThan(DEADLINE_MS + patient(3_000));
    },
  );

  it('a busy Modal says so at once, or is waited for as it asks', async () => {
    await set.emulator.control.add({
      kind: 'error',
      on: 'FunctionMap',
      code: 'RESOURCE_EXHAUSTED',
      times: 1,
    });
    expect(await failureOf(files(place.userId, list('notes')))).toMatchObject({
      kind: 'ModalQuota',
    });
    // Longer than the deadline: a wait that was asked for is no silence.
    await set.emulator.control.add({
      kind: 'error',
      on: 'FunctionMap',
      code: 'RESOURCE_EXHAUSTED',
      retryAfterSecs: 2,
      times: 1,
    });
    expect((await files(place.userId, list('notes'))).result).toMatchObject({
      entries: [{ path: 'a.txt' }],
    });
  });

  it('a running call outlives a short absence of the control plane', async () => {
    // Not a file operation: that one asks the control plane itself for the newest state of its
    // Volume.
    const input: ModalCall['input'] = {
      command: 'git',
      op: 'state',
      repoDir: 'projects/none/repo.git',
      revisions: [],
    };
    const call: ModalCall = { userId: place.userId, fn: MODAL_FUNCTION.git, input };
    const running = await calls.spawn(call);
    await set.emulator.control.down();
    // Bare time: it is away for a moment
    setTimeout(() => void set.emulator.control.up(), 1_500);
    await expect(calls.wait(running)).resolves.toMatchObject({ result: { head: null } });
  });

  it('200 waits on one client leave room for other requests, and all hear of the end', async () => {
    fixture.script(SLOW_MODEL);
    const input = await fixture.openRun(place);
    const { beats, outcome, env } = start(set.agent, input);
    const beat = await eventually(
      () =>
        beats.find((each) => (each as { functionCallId?: string }).functionCallId) as
          { functionCallId: string } | undefined,
      GENEROUS_MS,
    );
    const call: ModalCall = { userId: place.userId, fn: MODAL_FUNCTION.generate, input: list('x') };
    const modal = await connectModal(fixture.config(set.emulator.env), await runnerVersion());
    const own = unwrittenCalls(await runnerVersion(), modal);
    const running = await own.attach(call, beat.functionCallId, Date.now());
    const waits = Array.from({ length: 200 }, () => failureOf(own.wait(running)));
    const polls = async () => (await set.emulator.control.state()).rpcs['FunctionGetOutputs'] ?? 0;
    const before = await polls();
    await eventually(async () => (await polls()) > before + 200, GENEROUS_MS);
    expect((await timed(own.hasVolume(place.userId))).took).toBeLessThan(patient(4_000));
    env.cancel('CANCELLED');
    await expect(outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(new Set((await Promise.all(waits)).map((failure) => failure.kind))).toEqual(
      new Set(['RunCrashed']),
    );
    modal.close();
  });
});

describe('what becomes of a call is told by its own kind', () => {
  it.each([
    [
      'a container that dies',
      { kind: 'container-death', when: 'before', outcome: 'failure' },
      'RunCrashed',
    ],
    ['a result that is not kept', { kind: 'lost-result' }, 'RunCrashed'],
  ] as const)('%s', async (_name, fault, kind) => {
    await set.emulator.control.add({ ...fault, on: MODAL_FUNCTION.files, times: 1 });
    expect(await failureOf(files(place.userId, write('c.txt', 'c')))).toMatchObject({ kind });
  });

  it('a container that is restarted on the same input does the work', async () => {
    await set.emulator.control.add({
      kind: 'container-death',
      when: 'before',
      outcome: 'restart',
      on: MODAL_FUNCTION.files,
      times: 1,
    });
    expect((await files(place.userId, write('d.txt', 'd'))).result).toMatchObject({ sizeBytes: 1 });
  });

  it('a function of another version, and one that is not deployed', async () => {
    const own = unwrittenCalls('another', connection);
    expect(await failureOf(files(place.userId, list('notes'), own))).toMatchObject({
      kind: 'ModalOutdated',
    });
    const elsewhere = await connectModal(fixture.config(set.emulator.env), 'of another build');
    expect(await failureOf(elsewhere.bind(MODAL_FUNCTION.files, place.userId))).toMatchObject({
      kind: 'ModalOutdated',
    });
    elsewhere.close();
  });

  it('and each is written down once, with what it cost, until nobody runs any more', async () => {
    const { database } = fixture;
    await eventually(
      async () =>
        (
          await database.sql(
            'select 1 from public.modal_calls where ended_at is null and function = ' +
              `'file-operation'`,
          )
        ).length === 0,
    );
    const [row] = await database.sql<{ count: string; usd: number }>(
      'select count(*), sum(usd)::float8 as usd from public.usage_events where function = ' +
        `'file-operation'`,
    );
    expect(Number(row?.count)).toBeGreaterThan(0);
    expect(row?.usd).toBeGreaterThan(0);
  });
});

describe('G1: the breaker', () => {
  it('a refused Modal is told in 10 s, after three of them at once; it closes again', async () => {
    const { store } = fixture.database;
    const own = await openCalls(5_000);
    await store.backendState.start('the test');
    await set.emulator.control.down();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { took, value } = await timed(
        failureOf(
          own.spawn({ userId: place.userId, fn: MODAL_FUNCTION.files, input: list('notes') }),
        ),
      );
      expect(value).toMatchObject({ kind: 'ModalUnavailable' });
      expect(took).toBeLessThan(patient(5_000));
    }
    const { took } = await timed(failureOf(files(place.userId, list('notes'), own)));
    expect(took).toBeLessThan(patient(1_000));
    await eventually(async () => (await store.backendState.read())?.breaker === 'open');
    await set.emulator.control.up();
    await eventually(
      async () =>
        files(place.userId, list('notes'), own).then(
          () => true,
          () => false,
        ),
      GENEROUS_MS,
    );
    await eventually(async () => (await store.backendState.read())?.breaker === 'closed');
  });
});
