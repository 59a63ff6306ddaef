import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModalSet } from '../../../src/activities/modal/open.js';
import type { DrawImageInput } from '../../../src/activities/ports/image-ports.js';
import { MODAL_FUNCTION } from '../../../src/contracts/execution/modal.js';
import { modalSet, openFixtureModal, type ModalPortSet } from '../ports/sets.js';
import { inActivity, processesOf, startPortFixture, type PortFixture } from '../ports/fixture.js';
import { eventually } from '../runner/bench.js';
import { patient } from '../../support/patience.js';

/**
 * Images when Modal refuses, hangs, is full or loses its containers: each trouble is told by the
 * kind that sends the next try here (G1; `test/workflows/images.test.ts` shows where it goes), in
 * time, and nothing stays behind.
 */
const GENEROUS_MS = patient(40_000);
/** Longest time until a Modal that is away is told as such, two of which fit into ten seconds. */
const AWAY_LIMIT_MS = patient(10_000);

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

const wish = (prompt: string): DrawImageInput => ({
  actionId: randomUUID(),
  userId: randomUUID(),
  projectId: null,
  attempt: 1,
  op: 'sprite',
  prompt: `${prompt} ${randomUUID()}`,
});
const asked = ({ prompt }: DrawImageInput): number =>
  fixture.imageRequests.filter((seen) => seen.startsWith(prompt)).length;
const draw = (input: DrawImageInput, through: ModalSet = set.modal, beat?: unknown) =>
  inActivity((given) => through.long.image.drawImage(given), input, beat);

/**
 * With a breaker of its own, as a worker that has seen no fault yet; `changes` on top of the
 * configuration.
 */
async function withFreshModal<T>(
  changes: Record<string, string>,
  work: (modal: ModalSet) => Promise<T>,
): Promise<T> {
  const modal = await openFixtureModal(fixture, set.emulator, changes);
  try {
    return await work(modal);
  } finally {
    await modal.close();
  }
}

/** How it fails; nothing of it stays. */
async function expectFailure(
  input: DrawImageInput,
  kind: string,
  outcome: Promise<unknown>,
): Promise<void> {
  await expect(outcome).rejects.toMatchObject({ name: 'AppError', kind });
  expect(await fixture.images.read(input.userId, input.actionId)).toBeNull();
}

describe('G1: an image on a Modal in trouble', () => {
  it.each([
    ['refuses connections', 'ModalUnavailable', () => set.emulator.control.down()],
    [
      'does not answer',
      'ModalUnavailable',
      () => set.emulator.control.add({ kind: 'hang', on: 'FunctionMap' }),
    ],
    [
      'is full',
      'ModalQuota',
      () =>
        set.emulator.control.add({ kind: 'error', on: 'FunctionMap', code: 'RESOURCE_EXHAUSTED' }),
    ],
  ] as const)(
    'that %s is told as %s, before anybody has waited long',
    async (_what, kind, fault) => {
      await fault();
      const input = wish('猫');
      const startedMs = performance.now();
      await withFreshModal({}, (modal) => expectFailure(input, kind, draw(input, modal).outcome));
      expect(performance.now() - startedMs).toBeLessThan(AWAY_LIMIT_MS);
      expect(asked(input)).toBe(0);
    },
  );

  it('whose container is killed is told as a crash', async () => {
    const input = wish('[demo:slow-60] 犬');
    const { outcome } = draw(input);
    await eventually(() => asked(input) === 1, GENEROUS_MS);
    expect(
      await set.emulator.control.killContainers({
        function: MODAL_FUNCTION.image,
        outcome: 'failure',
      }),
    ).toBe(1);
    await expectFailure(input, 'RunCrashed', outcome);
    await eventually(async () => (await processesOf(set)).length === 0, GENEROUS_MS);
  });

  it('whose container begins again on the same input gives one image', async () => {
    const input = wish('[demo:slow-2] 兎');
    const { outcome } = draw(input);
    await eventually(() => asked(input) === 1, GENEROUS_MS);
    await set.emulator.control.killContainers({
      function: MODAL_FUNCTION.image,
      outcome: 'restart',
    });
    expect(await outcome).toMatchObject({ mimeType: 'image/png' });
    expect(asked(input)).toBe(2);
  });

  it('whose container hangs is given up after the limit, and the container ended', async () => {
    const input = wish('[demo:slow-60] 亀');
    await withFreshModal({ START_TIMEOUT_MS: '2000', IMAGE_TIMEOUT_MS: '10000' }, async (modal) => {
      const { outcome } = draw(input, modal);
      await eventually(() => asked(input) === 1, GENEROUS_MS);
      for (const found of await processesOf(set))
        process.kill(Number(found.split(' ')[0]), 'SIGSTOP');
      await expectFailure(input, 'RunTimedOut', outcome);
    });
    await eventually(async () => (await processesOf(set)).length === 0, GENEROUS_MS);
  });

  it('C1: a call whose worker died is taken up, and nothing is drawn twice', async () => {
    const input = wish('[demo:slow-2] 狐');
    const first = draw(input);
    await eventually(() => asked(input) === 1, GENEROUS_MS);
    const beat = first.beats.findLast((details) => details !== null);
    expect(await draw(input, set.modal, beat).outcome).toMatchObject({ mimeType: 'image/png' });
    await first.outcome;
    expect(asked(input)).toBe(1);
  });
});
