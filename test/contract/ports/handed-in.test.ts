import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentActivities } from '../../../src/activities/hosted/agents.js';
import { localHost } from '../../../src/activities/local/host.js';
import { PlaySlots } from '../../../src/activities/local/play-slots.js';
import type { RunAgentInput } from '../../../src/activities/ports/agent-port.js';
import { createDiskCache } from '../../../src/objects/disk-cache.js';
import { encodeVersion, type EncodedVersion } from '../../../src/versions/format/encode.js';
import { makeVersion } from '../../support/versions.js';
import { log, start, startPortFixture, type PortFixture } from './fixture.js';

/** What this machine takes in of a run, here of children that say whatever they like. */
let fixture: PortFixture;
beforeAll(async () => {
  fixture = await startPortFixture();
});
afterAll(() => fixture?.stop());

interface Said {
  /** What it writes as its candidate's object. */
  readonly object?: Buffer;
  /** What it writes as left by a failure. */
  readonly failed?: Buffer;
  /** Its last line. */
  readonly last: object;
}

/** Runs an attempt whose runner writes and says this. Notes each start of a runner. */
async function runThat(input: RunAgentInput, { object, failed, last }: Said) {
  const { database, images, records, versions, dataDir } = fixture;
  const place = (name: string) => path.join(dataDir, `${input.jobId}.${input.attempt}.${name}`);
  await writeFile(place('object'), object ?? '');
  await writeFile(place('failed'), failed ?? '');
  const copy = (name: 'object' | 'failed', bytes: Buffer | undefined) =>
    bytes && `fs.copyFileSync(${JSON.stringify(place(name))}, input.${name}File);`;
  const code = `
    const fs = require('node:fs');
    process.stdin.once('data', (line) => {
      const input = JSON.parse(line);
      fs.appendFileSync(${JSON.stringify(place('starts'))}, 'x');
      fs.mkdirSync(input.scratchDir, { recursive: true });
      ${copy('object', object) ?? ''}${copy('failed', failed) ?? ''}
      console.log(${JSON.stringify(JSON.stringify(last))});
      process.exit();
    });`;
  const deps = {
    ...{ config: fixture.config(), store: database.store, versions, images, records, log },
    ...{
      cache: createDiskCache(dataDir, fixture.objects),
      playSlots: new PlaySlots(1),
      tapes: fixture.tapes,
      screenshots: fixture.screenshots,
      stream: fixture.stream,
    },
    runner: ['-e', code],
  };
  const agent = agentActivities(deps, localHost(deps));
  const outcome = start(agent, input).outcome;
  await outcome.catch(() => undefined);
  const hasStarted = (await readdir(dataDir)).includes(path.basename(place('starts')));
  return { outcome, hasStarted };
}

function versionOf(
  { jobId, spec }: RunAgentInput,
  page: string,
  kept: Parameters<typeof encodeVersion>[0]['kept'] = [],
): Promise<EncodedVersion> {
  return encodeVersion({
    ...{ parent: spec.parent, madeAt: new Date(), kept },
    message: { subject: 'x', trailers: { 'Job-Id': jobId, Round: '0' } },
    files: [{ path: 'index.html', bytes: Buffer.from(page) }],
  });
}

const candidate = ({ manifest: { revision, parent } }: EncodedVersion) => ({
  result: {
    ...{ kind: 'candidate', revision, parent, usage: null, summary: 's', suggestions: [] },
    ...{ findings: [], skippedEntries: [], permissionDenials: 0 },
  },
});
const scratch = () => readdir(path.join(fixture.dataDir, 'scratch')).catch(() => []);

describe('E3: what a run hands in', () => {
  it('is kept when it is exactly the version that it tells of, and leaves no file', async () => {
    const input = await fixture.openRun(await fixture.newProject());
    const made = await versionOf(input, 'sound');
    const { outcome } = await runThat(input, { object: made.bytes, last: candidate(made) });
    expect(await outcome).toMatchObject({ kind: 'candidate', revision: made.manifest.revision });
    expect(await fixture.candidates(input)).toEqual([made.manifest.revision]);
    expect(await scratch()).toEqual([]);
  });

  it.each<[string, string, (made: EncodedVersion) => Partial<Said>]>([
    ['cut', 'CandidateRefused', ({ bytes }) => ({ object: bytes.subarray(0, bytes.length - 9) })],
    ['empty', 'CandidateRefused', () => ({ object: Buffer.alloc(0) })],
    ['not there', 'RunCrashed', () => ({})],
  ])('fails clearly when it is %s, and nothing is kept', async (_what, kind, said) => {
    const input = await fixture.openRun(await fixture.newProject());
    const made = await versionOf(input, 'lost');
    const { outcome } = await runThat(input, { ...said(made), last: candidate(made) });
    await expect(outcome).rejects.toMatchObject({ kind });
    expect(await fixture.candidates(input)).toEqual([]);
    expect(await scratch()).toEqual([]);
  });

  it("names no bytes of another job, not even of one's own project", async () => {
    const project = await fixture.newProject();
    const other = await fixture.openRun(project);
    const work = { projectId: project.projectId, workId: other.jobId };
    const secret = await makeVersion(fixture.versions, work, { 'secret.txt': 'secret' });
    const ref = { ...work, revision: secret.revision };
    const stolen = await fixture.versions.filesToKeep(ref);
    const input = await fixture.openRun(project);
    const made = await versionOf(input, 'thief', stolen);
    const { outcome } = await runThat(input, { object: made.bytes, last: candidate(made) });
    await expect(outcome).rejects.toMatchObject({
      kind: 'CandidateRefused',
      details: { reason: 'foreign-place' },
    });
    expect(await fixture.candidates(input)).toEqual([]);
  });

  it('D1: brings the text that it could not post, before what follows it', async () => {
    const input = await fixture.openRun(await fixture.newProject());
    const made = await versionOf(input, 'told');
    const events = [{ type: 'stream' as const, content: 'the end' }];
    const result = { ...candidate(made).result, unsent: { fromSeq: 7, events } };
    await (
      await runThat(input, { object: made.bytes, last: { result } })
    ).outcome;
    const { jobId, attempt } = input;
    expect(fixture.appended).toContainEqual({ jobId, attempt, firstSeq: 7, events });
    const other = await fixture.openRun(await fixture.newProject());
    const sound = await versionOf(other, 'sound');
    const last = { result: { ...candidate(sound).result, unsent: { fromSeq: 0, events: 'x' } } };
    const { outcome } = await runThat(other, { object: sound.bytes, last });
    expect(await outcome).toMatchObject({ kind: 'candidate' });
  });

  it('C4: is found by the next attempt, which starts no runner', async () => {
    const input = await fixture.openRun(await fixture.newProject());
    const made = await versionOf(input, 'once');
    await runThat(input, { object: made.bytes, last: candidate(made) });
    const again = await runThat(await fixture.nextAttempt(input), {
      last: { error: { kind: 'RunCrashed', message: 'it was asked again' } },
    });
    expect(await again.outcome).toMatchObject({ revision: made.manifest.revision });
    expect(again.hasStarted).toBe(false);
  });

  it('E4: of a failure is kept aside, and is not why the run has failed', async () => {
    const input = await fixture.openRun(await fixture.newProject());
    const left = await versionOf(input, 'half');
    const last = { error: { kind: 'ModelRefused', message: 'no' } };
    const work = { projectId: input.projectId, workId: input.jobId };
    const cut = await runThat(input, { failed: left.bytes.subarray(1), last });
    await expect(cut.outcome).rejects.toMatchObject({ kind: 'ModelRefused' });
    expect(await fixture.versions.failed(work)).toEqual([]);
    const next = await fixture.nextAttempt(input);
    const kept = await runThat(next, { failed: left.bytes, last });
    await expect(kept.outcome).rejects.toMatchObject({ kind: 'ModelRefused' });
    expect(await fixture.versions.failed(work)).toMatchObject([
      { attempt: next.attempt, revision: left.manifest.revision },
    ]);
    expect(await fixture.candidates(input)).toEqual([]);
    expect(await scratch()).toEqual([]);
  });
});
