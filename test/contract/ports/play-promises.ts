import { BAR } from '../../../src/contracts/messages/bar.js';
import { message } from '../../../src/contracts/messages/message.js';
import { expect, it } from 'vitest';
import type { PlayGameInput } from '../../../src/activities/ports/play-port.js';
import { STEP, stepSeq } from '../../../src/contracts/durable/stream.js';
import { FAULTY, shooter } from '../runner/play-pages.js';
import { eventually } from '../runner/bench.js';
import { removePlays } from '../../support/objects.js';
import { patient } from '../../support/patience.js';
import { makeVersion } from '../../support/versions.js';
import { inActivity, processesOf, type PortFixture, type PortSet } from './fixture.js';

const GENEROUS_MS = patient(240_000);

/** What every set promises about plays of a candidate. */
export function playPromises(place: () => { fixture: PortFixture; set: PortSet }): void {
  const start = (input: PlayGameInput) =>
    inActivity((given: PlayGameInput) => place().set.plays.playGame(given), input);

  /** A candidate that is not published. */
  async function candidate(html: string): Promise<PlayGameInput> {
    const { fixture } = place();
    const { userId, projectId, jobId } = await fixture.openRun(await fixture.newProject());
    const work = { projectId, workId: jobId };
    const { revision } = await makeVersion(fixture.versions, work, { 'index.html': html });
    return {
      userId,
      projectId,
      jobId,
      revision,
      play: 1,
      round: 0,
      place: { attempt: 1, seq: stepSeq(0, STEP.play) },
    };
  }

  const appendedFor = (input: PlayGameInput) =>
    place().fixture.appended.filter(({ jobId }) => jobId === input.jobId);
  /** What is appended at so many places behind that of the play. */
  const told = ({ jobId }: PlayGameInput, at: number, trial?: string) => ({
    jobId,
    attempt: 1,
    firstSeq: 500_000_001 + at,
    events: [
      {
        ...{ type: 'progress', progress: BAR.plays, message: message('STEP_PLAYING') },
        ...(trial !== undefined && { trial }),
      },
    ],
  });

  /** Those who wait see what is played here, image by image; elsewhere they are told in words. */
  async function expectTold(input: PlayGameInput): Promise<void> {
    const { fixture, set } = place();
    const images = () =>
      appendedFor(input).flatMap(({ events: [event] }) =>
        event?.type === 'progress' && event.trial !== undefined ? [event.trial] : [],
      );
    if (set.name === 'local') await expect.poll(() => images().length).toBeGreaterThan(0);
    const names = images();
    const shown = names.map((name, at) => told(input, at + 1, name));
    expect(appendedFor(input).slice(0, names.length + 1)).toEqual([told(input, 0), ...shown]);
    expect(names.length > 0).toBe(set.name === 'local');
    for (const name of names) {
      const image = await fixture.records.readScreenshot(input, name);
      expect(image?.bytes.subarray(8, 12).toString()).toBe('WEBP');
    }
  }

  it(
    'J2, E8: a candidate is played; report and sheet are kept with the job until it is deleted',
    async () => {
      const input = await candidate(FAULTY['dead-end'] ?? '');
      const { tookMs, sheet, ...report } = await start(input).outcome;
      expect(report).toMatchObject({ verdict: 'broken', findings: [{ code: 'dead-end' }] });
      expect(tookMs).toBeGreaterThan(0);
      await expectTold(input);
      const { records, dataDir } = place().fixture;
      expect(sheet).toBe(
        `plays/${input.userId}/${input.projectId}/${input.jobId}.1.png`.toLowerCase(),
      );
      expect(await records.readReport(input)).toEqual(report);
      expect((await records.readSheet(input))?.subarray(1, 4).toString()).toBe('PNG');
      const screenshot = () => records.readScreenshot(input, report.screenshot ?? '');
      expect((await screenshot())?.bytes.subarray(8, 12).toString()).toBe('WEBP');
      await removePlays(dataDir, input);
      expect([
        await records.readReport(input),
        await records.readSheet(input),
        await screenshot(),
      ]).toEqual([null, null, null]);
    },
    GENEROUS_MS,
  );

  it(
    'J1: what is not there is told as missing, never as a game',
    async () => {
      const input = await candidate(shooter());
      await expect(start({ ...input, revision: 'a'.repeat(40) }).outcome).rejects.toMatchObject({
        kind: 'RevisionMissing',
      });
    },
    GENEROUS_MS,
  );

  it(
    'F1: a cancelled play is ended with its browser',
    async () => {
      const { outcome, env } = start(await candidate(shooter()));
      await eventually(async () => (await processesOf(place().set)).length > 0, GENEROUS_MS);
      env.cancel('CANCELLED');
      await expect(outcome).rejects.toMatchObject({ name: 'CancelledFailure' });
      await eventually(async () => (await processesOf(place().set)).length === 0, GENEROUS_MS);
    },
    GENEROUS_MS,
  );
}
