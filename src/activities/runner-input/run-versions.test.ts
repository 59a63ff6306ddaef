import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { PlacesInMemory } from '../../../test/support/versions.js';
import { createFileObjectStore } from '../../objects/file-object-store.js';
import { unavailable } from '../../contracts/base/errors.js';
import { BRIEF_FILE } from '../../contracts/game/brief.js';
import { briefByRules } from '../../domain/design/brief-by-rules.js';
import { encodeCandidate } from '../../runner/candidate/save.js';
import { encodeVersion, type EncodedVersion } from '../../versions/format/encode.js';
import { foreignFiles } from '../../versions/format/manifest.js';
import { openParcel, type Parcel } from '../../versions/format/parcel.js';
import { amendCandidate } from '../../versions/kept/again.js';
import { createVersions, type KeptVersion, type Versions } from '../../versions/kept/versions.js';
import type { RunAgentInput, RunAgentOutcome } from '../ports/agent-port.js';
import { findCandidate, findLeft, keepCandidate, keepFailed, parcelsFor } from './run-versions.js';
import { freshFolder } from '../../../test/support/own-folder.js';

const projectId = randomUUID();
const BY_RULES = briefByRules({ request: '猫', dimension: null, styleId: null, language: 'ja' });
const OWN = { ...BY_RULES, checks: ['猫が木に登れる', ...BY_RULES.checks] };
const usage = { costUsd: 0.5, inputTokens: 1, outputTokens: 2, turns: 3, durationMs: 4 };
const means = { skills: ['kit-2d'], opened: [], effort: 'medium' as const };

const folder = freshFolder();
let versions: Versions;
let places: PlacesInMemory;
beforeEach(async () => {
  places = new PlacesInMemory();
  versions = createVersions(createFileObjectStore(folder), places);
});

const run = (parent: string | null, more: Partial<RunAgentInput> = {}): RunAgentInput => ({
  ...{ jobId: randomUUID(), userId: randomUUID(), projectId, attempt: 1 },
  spec: { request: '猫の\nゲーム', dimension: null, styleId: null, autoFix: false, parent },
  ...more,
});
const repairOf = (from: string, round = 1) => ({
  repair: { round, from, findings: [], notes: [], play: 1 },
});
const opened = (bytes: Buffer): Promise<Parcel> =>
  openParcel(bytes.length, async (at, length) => bytes.subarray(at, at + length));

/** The object that a run of this input writes. */
async function madeBy(
  input: RunAgentInput,
  page: string,
  story: { summary?: string; findings?: string[]; brief?: unknown } = {},
): Promise<EncodedVersion> {
  const { parcelFile } = await parcelsFor(versions, input);
  const { repair, spec, jobId } = input;
  const { summary = 'できました', findings = [] } = story;
  return encodeCandidate(
    {
      ...{ jobId, parent: spec.parent, userText: spec.request },
      ...{ round: repair?.round ?? 0, from: repair?.from ?? null },
    },
    parcelFile && (await opened(parcelFile)),
    [
      { path: 'index.html', bytes: Buffer.from(page) },
      { path: 'same.js', bytes: Buffer.from('let same') },
      ...(story.brief === undefined
        ? []
        : [{ path: BRIEF_FILE, bytes: Buffer.from(JSON.stringify(story.brief)) }]),
    ],
    { summary, suggestions: ['速く'], means, edits: [], usage, findings },
    new Date(1_790_000_000_000),
  );
}
const said = ({ manifest }: EncodedVersion) =>
  ({
    ...{ kind: 'candidate' as const, revision: manifest.revision, summary: 'できました' },
    ...{ suggestions: ['速く'], usage, means },
  }) as const;

/** A run as a worker ends it. */
async function keep(input: RunAgentInput, page: string): Promise<KeptVersion> {
  const made = await madeBy(input, page);
  await keepCandidate(versions, input, made.bytes, said(made));
  return versions.describe({ ...input, revision: made.manifest.revision, workId: input.jobId });
}

async function publish(page: string): Promise<KeptVersion> {
  const kept = await keep(run(null), page);
  places.publish(projectId, kept.revision, kept.place);
  return kept;
}

it('E4: a candidate waits for a store that is away, unless the activity is stopped', async () => {
  const input = run(null);
  const made = await madeBy(input, '<html>');
  let isAway = true;
  const troubled = {
    ...versions,
    keep: (...given: Parameters<Versions['keep']>) => {
      if (!isAway) return versions.keep(...given);
      isAway = false;
      return Promise.reject(unavailable('the object store does not answer'));
    },
  };
  expect(await keepCandidate(troubled, input, made.bytes, said(made))).toMatchObject(said(made));
  isAway = true;
  const stopped = AbortSignal.abort();
  const kept = keepCandidate(troubled, input, made.bytes, said(made), stopped);
  await expect(kept).rejects.toThrow('does not answer');
});

describe('C4: what an earlier attempt of the same job has made', () => {
  it('is found with all that the run has told, so that no model is asked again', async () => {
    const parent = (await publish('a')).revision;
    const input = run(parent);
    expect(await findCandidate(versions, input)).toBeNull();
    const made = await madeBy(input, 'b', { findings: ['doubtful'] });
    const outcome = { ...said(made), findings: ['doubtful'] };
    expect(await keepCandidate(versions, input, made.bytes, outcome)).toEqual(outcome);
    expect(await findCandidate(versions, { ...input, attempt: 2 })).toEqual(outcome);
  });

  it('is of the same parent, round and start only', async () => {
    const [one, other] = [await publish('a'), await publish('b')];
    const input = run(one.revision);
    const { revision: first } = await keep(input, 'c');
    const repair = { ...input, ...repairOf(first) };
    const { revision: mended } = await keep(repair, 'd');
    const found = async (wanted: RunAgentInput) =>
      (await findCandidate(versions, wanted))?.revision ?? null;
    expect([await found(input), await found(repair)]).toEqual([first, mended]);
    const none = [
      { ...input, spec: { ...input.spec, parent: other.revision } },
      { ...input, spec: { ...input.spec, parent: null } },
      { ...input, ...repairOf(first, 2) },
      { ...input, ...repairOf(mended) },
      run(one.revision),
    ];
    for (const each of none) expect(await found(each)).toBeNull();
  });

  it('counts as the first round when it was made before there were any', async () => {
    const input = run(null);
    const message = { subject: 'x', trailers: { 'Job-Id': input.jobId } };
    const files = [{ path: 'index.html', bytes: Buffer.from('old') }];
    const draft = { parent: null, message, madeAt: new Date(0), kept: [], files };
    const { revision } = await versions.commit({ projectId, workId: input.jobId }, draft);
    expect(await findCandidate(versions, input)).toEqual({
      ...{ kind: 'candidate', revision, summary: '', suggestions: [], usage: null },
    });
  });

  it('is, once it has got more files, the one that has them', async () => {
    const input = run(null);
    const { revision } = await keep(input, 'a');
    const files = [{ path: 'images/cat.webp', bytes: Buffer.from([1, 2, 0, 255]) }];
    const work = { projectId, workId: input.jobId };
    const amended = await amendCandidate(versions, work, revision, files);
    expect(amended.revision).not.toBe(revision);
    expect((await amendCandidate(versions, work, revision, files)).revision).toBe(amended.revision);
    expect(await findCandidate(versions, input)).toMatchObject({
      ...{ revision: amended.revision, summary: 'できました', usage },
    });
  });
});

describe('E3: an object that a run hands in', () => {
  /** Nothing of it is kept. */
  async function expectRefused(
    input: RunAgentInput,
    bytes: Buffer,
    made: EncodedVersion,
    reason?: string,
  ): Promise<void> {
    await expect(keepCandidate(versions, input, bytes, said(made))).rejects.toMatchObject({
      kind: 'CandidateRefused',
      ...(reason && { details: { reason } }),
    });
    expect(await versions.candidates({ projectId, workId: input.jobId })).toEqual([]);
  }

  it('is refused when it is cut anywhere, or has one bit changed', async () => {
    const input = run((await publish('a')).revision);
    const made = await madeBy(input, '<p>page</p>'.repeat(20));
    const { bytes } = made;
    for (const length of [0, 15, bytes.length - 16, bytes.length - 1])
      await expectRefused(input, bytes.subarray(0, length), made);
    await expectRefused(input, bytes.subarray(1), made);
    for (const at of [0, 30, bytes.length - 17, bytes.length - 10]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 4;
      await expectRefused(input, changed, made);
    }
  });

  it('names bytes of the published parent, and of no other work of the project', async () => {
    const parent = await publish('a');
    // Not published: bytes of another job, which this one must not come to by naming them.
    const secret = await keep(run(null), 'secret');
    const input = run(parent.revision);
    const stolen = foreignFiles(secret.manifest, secret.place);
    const message = { subject: 'x', trailers: { 'Job-Id': input.jobId, Round: '0' } };
    const draft = { parent: parent.revision, message, madeAt: new Date(0), files: [] };
    const made = await encodeVersion({ ...draft, kept: stolen });
    await expectRefused(input, made.bytes, made, 'foreign-place');
    const page = stolen.filter((file) => file.path === 'index.html');
    const own = { path: 'b.js', bytes: Buffer.from('let b') };
    const mixed = await encodeVersion({ ...draft, kept: page, files: [own] });
    await expectRefused(input, mixed.bytes, mixed, 'foreign-place');

    const honest = await madeBy(input, 'changed');
    const same = honest.manifest.files.find((file) => file.path === 'same.js');
    expect(same?.at.slice(2)).toEqual([parent.place.workId, parent.place.sha]);
    await keepCandidate(versions, input, honest.bytes, said(honest));
    const ref = { projectId, revision: honest.manifest.revision, workId: input.jobId };
    expect(String(await versions.readFile(ref, 'same.js'))).toBe('let same');
  });

  it('is the version that the run has told of, upon its parent, of its own job', async () => {
    const parent = await publish('a');
    const input = run(parent.revision);
    const [made, other] = [await madeBy(input, 'b'), await madeBy(run(parent.revision), 'c')];
    const first = await madeBy({ ...input, spec: { ...input.spec, parent: null } }, 'd');
    await expectRefused(input, first.bytes, first, 'parent');
    const refused = { kind: 'CandidateRefused', details: { reason: 'other-version' } };
    for (const [bytes, outcome] of [
      [made.bytes, said(other)],
      [other.bytes, said(other)],
    ] as const)
      await expect(keepCandidate(versions, input, bytes, outcome)).rejects.toMatchObject(refused);
  });

  it('that is not there is a run that broke off; words need none', async () => {
    const input = run(null);
    const made = await madeBy(input, 'a');
    await expect(keepCandidate(versions, input, null, said(made))).rejects.toMatchObject({
      kind: 'RunCrashed',
    });
    const words: RunAgentOutcome = {
      ...{ kind: 'answer', message: 'x', suggestions: [], usage: null },
    };
    expect(await keepCandidate(versions, input, null, words)).toEqual(words);
  });
});

describe('what goes into a run, and what a failed one leaves', () => {
  it('is the parent whole, and in a repair the candidate, published or not', async () => {
    const parent = await publish('a');
    const input = run(parent.revision);
    const from = await keep(input, 'b');
    const parcels = await parcelsFor(versions, { ...input, ...repairOf(from.revision) });
    const pageOf = async (bytes: Buffer | null) =>
      bytes && String(await (await opened(bytes)).read('index.html'));
    expect([await pageOf(parcels.parcelFile), await pageOf(parcels.fromParcelFile)]).toEqual([
      'a',
      'b',
    ]);
    expect(Object.values(await parcelsFor(versions, run(null)))).toEqual([null, null, null]);
    await expect(parcelsFor(versions, run('e'.repeat(40)))).rejects.toMatchObject({
      kind: 'RevisionMissing',
    });
    // A candidate is found by its own job alone.
    const stranger = { ...run(null), ...repairOf(from.revision) };
    await expect(parcelsFor(versions, stranger)).rejects.toMatchObject({
      kind: 'RevisionMissing',
    });
  });

  it('E4: is kept aside of the candidates, checked as a version', async () => {
    const input = run(null, { attempt: 2 });
    const { bytes, manifest } = await madeBy(input, 'half');
    await expect(keepFailed(versions, input, bytes.subarray(1))).rejects.toMatchObject({
      kind: 'CandidateRefused',
    });
    await keepFailed(versions, input, bytes);
    expect(await findCandidate(versions, input)).toBeNull();
    expect(await versions.failed({ projectId, workId: input.jobId })).toMatchObject([
      { attempt: 2, revision: manifest.revision },
    ]);
  });

  it('P6: is gone on from by the next attempt at the same round, where it passes', async () => {
    const input = run(null);
    const leave = async (attempt: number, round: number, check: Record<string, string>) => {
      const trailers = { 'Job-Id': input.jobId, Round: String(round), ...check };
      const files = [{ path: 'index.html', bytes: Buffer.from(`${attempt}`) }];
      const message = { subject: 'unchecked', trailers };
      const draft = { parent: null, message, madeAt: new Date(0), kept: [], files };
      const { bytes, manifest } = await encodeVersion(draft);
      await keepFailed(versions, { ...input, attempt }, bytes);
      return manifest.revision;
    };
    expect(await findLeft(versions, input)).toBeNull();
    const good = await leave(1, 0, { Check: 'passes' });
    expect(await findLeft(versions, input)).toBe(good);
    const { leftParcelFile: left } = await parcelsFor(versions, input, good);
    expect(String(await (await opened(left!)).read('index.html'))).toBe('1');
    const later = { round: 1, from: good, findings: [], notes: [], play: 1 };
    expect(await findLeft(versions, { ...input, repair: later })).toBeNull();
    await leave(2, 0, {});
    expect(await findLeft(versions, input)).toBeNull();
  });
});

describe('the brief of a writer whose game was designed by rules', () => {
  const first = (by: 'model' | 'rules', more: Partial<RunAgentInput> = {}) => {
    const input = run(null, more);
    return { ...input, spec: { ...input.spec, brief: { ...BY_RULES, by } } };
  };
  const outcome = async (input: RunAgentInput, brief: unknown) => {
    const made = await madeBy(input, 'a cat', { brief });
    const kept = await keepCandidate(versions, input, made.bytes, said(made));
    expect(await findCandidate(versions, { ...input, attempt: 2 })).toEqual(kept);
    return kept.kind === 'candidate' ? kept.brief : undefined;
  };

  it('goes along with the candidate when its checks are its own', async () => {
    expect(await outcome(first('rules'), OWN)).toEqual({ ...OWN, by: 'model' });
  });

  it.each([
    ['is as rules made it', 'rules', BY_RULES],
    ['cannot be read', 'rules', { checks: ['obey'] }],
    ['was a design already', 'model', OWN],
  ] as const)('does not where it %s', async (_, by, brief) => {
    expect(await outcome(first(by), brief)).toBeUndefined();
  });
});
