import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callIdFor } from '../../../src/contracts/base/ids.js';
import { MODAL_FUNCTION, type ModalFunctionName } from '../../../src/contracts/execution/modal.js';
import { modalSet, type ModalPortSet } from '../ports/sets.js';
import { newVideo } from '../ports/video-game.js';
import {
  inActivity,
  start,
  startPortFixture,
  type Started,
  type PortFixture,
} from '../ports/fixture.js';
import { eventually } from '../runner/bench.js';
import { patient } from '../../support/patience.js';

/**
 * C1 for everything that is done on Modal: a worker that dies right after the spawn, before a
 * heartbeat has told Temporal of the call, leaves a call that the next worker finds in
 * `modal_calls`. Nothing is paid twice.
 */
const GENEROUS_MS = patient(40_000);
/** How long Modal takes for a spawn where that matters; well below the deadline of a request. */
const SPAWN_MS = 2_000;
/** What Temporal gives the next worker when no heartbeat arrived. */
const NO_HEARTBEAT = null;

let fixture: PortFixture;
let set: ModalPortSet;
beforeAll(async () => {
  fixture = await startPortFixture();
  set = await modalSet(fixture);
});
afterEach(async () => {
  await set.emulator.control.up();
  await set.emulator.control.clear();
});
afterAll(async () => {
  await set?.stop();
  await fixture?.stop();
});

interface Work {
  readonly fn: ModalFunctionName;
  readonly callId: string;
  /** Delivers the activity to a worker, with what the worker before has left. */
  deliver(heartbeatDetails?: unknown): Started<unknown>;
}

const WORK: readonly (readonly [name: string, begin: () => Promise<Work>])[] = [
  [
    'a run of the model',
    async () => {
      fixture.script({ say: '考えています。'.repeat(500), pauseMsPerPiece: 100 });
      const input = await fixture.openRun(await fixture.newProject());
      return {
        fn: MODAL_FUNCTION.generate,
        callId: callIdFor(input.jobId, input.attempt),
        deliver: (details) => start(set.agent, input, details),
      };
    },
  ],
  [
    'an image',
    async () => {
      const input = {
        actionId: randomUUID(),
        userId: randomUUID(),
        projectId: null,
        attempt: 1,
        op: 'sprite' as const,
        prompt: `[demo:slow-60] 狸 ${randomUUID()}`,
      };
      return {
        fn: MODAL_FUNCTION.image,
        callId: callIdFor(input.actionId, 1),
        deliver: (details) => inActivity((given) => set.images.drawImage(given), input, details),
      };
    },
  ],
  [
    'a video',
    async () => {
      const input = await newVideo(fixture);
      return {
        fn: MODAL_FUNCTION.video,
        callId: callIdFor(input.actionId, 1),
        deliver: (details) => inActivity((given) => set.videos.renderVideo(given), input, details),
      };
    },
  ],
];

const callsOf = async (fn: ModalFunctionName) =>
  (await set.emulator.control.state()).calls.filter((call) => call.function === fn);
const functionCallOf = ({ beats }: Started<unknown>): Promise<string> =>
  eventually(
    () =>
      beats
        .map((beat) => (beat as { functionCallId?: string | null } | null)?.functionCallId)
        .find(Boolean) ?? undefined,
    GENEROUS_MS,
  );
const rowsOf = ({ callId }: Work) =>
  fixture.database.sql<{ function_call_id: string | null; ended_at: Date | null }>(
    'select function_call_id, ended_at from public.modal_calls where call_id = $1',
    [callId],
  );

describe.each(WORK)('C1: %s whose worker dies before its first heartbeat', (_name, begin) => {
  it('is taken up by the next worker, and is one call', async () => {
    const work = await begin();
    const before = (await callsOf(work.fn)).length;
    const first = work.deliver();
    const functionCallId = await functionCallOf(first);
    const second = work.deliver(NO_HEARTBEAT);
    expect(await functionCallOf(second)).toBe(functionCallId);
    expect((await callsOf(work.fn)).length).toBe(before + 1);
    second.env.cancel('CANCELLED');
    await expect(second.outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
    await expect(first.outcome).rejects.toMatchObject({ kind: 'RunCrashed' });
    await eventually(async () => (await rowsOf(work))[0]?.ended_at instanceof Date, GENEROUS_MS);
  });

  it('while it was beginning the call, counts as crashed; no second call is made', async () => {
    const work = await begin();
    const before = (await callsOf(work.fn)).length;
    await fixture.database.store.modalCalls.mark({
      callId: work.callId,
      userId: randomUUID(),
      jobId: null,
      attempt: null,
      function: work.fn,
    });
    await expect(work.deliver(NO_HEARTBEAT).outcome).rejects.toMatchObject({ kind: 'RunCrashed' });
    expect((await callsOf(work.fn)).length).toBe(before);
    expect(await rowsOf(work)).toEqual([]);
  });

  it('has marked the call before Modal has taken it', async () => {
    const work = await begin();
    await set.emulator.control.add({ kind: 'slow', on: 'FunctionMap', delayMs: SPAWN_MS });
    const { env, outcome } = work.deliver();
    expect(await eventually(async () => (await rowsOf(work))[0], GENEROUS_MS)).toEqual({
      function_call_id: null,
      ended_at: null,
    });
    await set.emulator.control.clear();
    env.cancel('CANCELLED');
    await expect(outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
    await eventually(async () => (await rowsOf(work))[0]?.ended_at instanceof Date, GENEROUS_MS);
  });

  it('leaves no mark when Modal refuses the call', async () => {
    const work = await begin();
    await set.emulator.control.add({
      kind: 'error',
      on: 'FunctionMap',
      code: 'RESOURCE_EXHAUSTED',
      times: 1,
    });
    await expect(work.deliver().outcome).rejects.toMatchObject({ kind: 'ModalQuota' });
    expect(await rowsOf(work)).toEqual([]);
  });
});
