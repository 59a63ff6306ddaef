import { randomUUID } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FunctionCall, Function_, ModalClient } from 'modal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runnerVersion } from '../../../src/activities/runner-input/bundle.js';
import {
  MODAL_FUNCTION,
  ModalReply,
  VOLUME_MOUNT,
  volumeAnswerOf,
  volumeNameOf,
  volumePartOf,
  volumeRepoOf,
  type ModalFunctionName,
} from '../../../src/contracts/execution/modal.js';
import { git, openRepo } from '../../../src/git/process.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import type { ManifestFile } from '../../../src/versions/format/manifest.js';
import { verifyVersion } from '../../../src/versions/format/verify.js';
import { createVersions, type Versions } from '../../../src/versions/kept/versions.js';
import { callbackKeyOf } from '../../../src/contracts/base/signatures.js';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import {
  ourModalApp,
  startModalEmulator,
  type ModalEmulator,
} from '../../support/modal-emulator.js';
import { patient } from '../../support/patience.js';
import { makeVersion, PlacesInMemory, type GameFiles } from '../../support/versions.js';
import { game } from '../runner/bench.js';

const KEY = 'sk-test-the-real-key-0123456789';
/** The one that the fake receiver checks signatures with. */
const MASTER = 'test-master-secret';
const POLL = { timeoutMs: 50_000 };
const CREATE: Reply[] = [
  {
    say: '作ります。',
    use: [{ name: 'Write', input: { file_path: 'index.html', content: game('modal') } }],
  },
  { say: 'できました' },
];

const script: Reply[] = [];
let emulator: ModalEmulator;
let client: ModalClient;
let model: FakeMessages;
let receiver: FakeReceiver;
let version: string;
let base: string;
let versions: Versions;
const places = new PlacesInMemory();

beforeAll(async () => {
  [model, receiver, version] = await Promise.all([
    startFakeMessages(script),
    startReceiver(),
    runnerVersion(),
  ]);
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-app-'));
  versions = createVersions(createFileObjectStore(base), places);
  emulator = await startModalEmulator({
    secrets: {
      anthropic: { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: model.url },
    },
  });
  await emulator.deployOurs();
  client = emulator.client();
});
afterAll(async () => {
  client.close();
  await Promise.all([emulator.stop(), model.close(), receiver.close()]);
  await rm(base, { recursive: true, force: true });
});
beforeEach(() => play(CREATE));

function play(replies: readonly Reply[]): void {
  model.requests.length = 0;
  script.splice(0, script.length, ...replies);
}

/** A published version: what travels of it, and its files as a later one names them. */
interface Made {
  readonly revision: string;
  readonly parcel: Buffer;
  readonly object: Buffer;
  readonly kept: readonly ManifestFile[];
}

const projectId = randomUUID();
async function made(files: GameFiles, parent: Made | null = null): Promise<Made> {
  const work = { projectId, workId: randomUUID() };
  const { revision, place } = await makeVersion(versions, work, files, {
    parent: parent?.revision ?? null,
  });
  places.publish(projectId, revision, place);
  const [parcel, object, kept] = await Promise.all([
    versions.parcel({ projectId, revision }),
    versions.object({ projectId, revision }),
    versions.filesToKeep({ projectId, revision }),
  ]);
  return { revision, parcel, object, kept };
}

/** Paths of the files below a folder, links not followed. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** One user with a project, and calls of our functions on this user's Volume. */
class Player {
  readonly userId = randomUUID();
  readonly projectId = randomUUID();
  readonly jobId = randomUUID();
  /** Appears in the arguments of every process of a run. */
  readonly modelName = `model-${randomUUID()}`;
  readonly repoDir = volumeRepoOf(this.projectId);

  get folder(): string {
    return emulator.volumeFolder(volumeNameOf(this.userId));
  }

  async bound(fn: ModalFunctionName, options: { timeoutMs?: number } = {}): Promise<Function_> {
    const volume = await client.volumes.fromName(volumeNameOf(this.userId), {
      createIfMissing: true,
      version: 2,
    });
    return (await client.functions.fromName(await ourModalApp(), fn))
      .withOptions({ volumes: { [VOLUME_MOUNT]: volume }, ...options })
      .instance();
  }

  async spawn(
    fn: ModalFunctionName,
    input: object,
    more: object = {},
    options: { timeoutMs?: number } = {},
  ): Promise<FunctionCall> {
    const callId = `${this.jobId}.1`;
    const callbackKey = callbackKeyOf(MASTER, callId).toString('hex');
    return (await this.bound(fn, options)).spawn([
      { version, callId, input, files: {}, keep: null, callbackKey, ...more },
    ]);
  }

  async call(
    fn: ModalFunctionName,
    input: object,
    more: object = {},
  ): Promise<ModalReply & { result: Record<string, unknown> }> {
    return ModalReply.parse(await (await this.spawn(fn, input, more)).get(POLL)) as ModalReply & {
      result: Record<string, unknown>;
    };
  }

  files(input: object, more: object = {}) {
    return this.call(MODAL_FUNCTION.files, { command: 'files', root: '', ...input }, more);
  }
  git(input: object, more: object = {}) {
    return this.call(MODAL_FUNCTION.git, { command: 'git', repoDir: this.repoDir, ...input }, more);
  }

  generation(changes: object = {}): object {
    return {
      command: 'generate',
      jobId: this.jobId,
      attempt: 1,
      callId: `${this.jobId}.1`,
      scratchDir: '',
      parent: null,
      parcelFile: null,
      fromParcelFile: null,
      objectFile: '',
      failedFile: '',
      prompt: 'make a game',
      systemPrompt: 'RULES',
      userText: 'ゲームを作って',
      extraFiles: [],
      model: this.modelName,
      limits: {
        maxTurns: 8,
        maxBudgetUsd: 5,
        startTimeoutMs: 40_000,
        noProgressTimeoutMs: 40_000,
        callbackDrainMs: 5_000,
      },
      callbackUrl: null,
      ...changes,
    };
  }

  /** Where the answer of the job's run is kept. */
  keep(round = 0): { keep: string } {
    const work = { jobId: this.jobId, round, parent: null, from: null };
    return { keep: volumeAnswerOf(this.projectId, work) };
  }

  /** Sends versions to the view, oldest first. */
  apply(line: readonly Made[], shown = line, files: object | null = null) {
    const sizes = line.map(({ revision, object }) => ({ revision, sizeBytes: object.length }));
    const objectsFile = Buffer.concat(line.map(({ object }) => object));
    return this.git(
      { op: 'apply', line: shown.map(({ revision }) => revision).toReversed(), versions: sizes },
      { files: files ?? (line.length > 0 ? { objectsFile } : {}) },
    );
  }

  async processes(): Promise<number[]> {
    const found: number[] = [];
    for (const name of await readdir('/proc')) {
      if (
        /^\d+$/.test(name) &&
        (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).includes(this.modelName)
      )
        found.push(Number(name));
    }
    return found;
  }
}

/** The failure that a call ended with, as its caller reads it. */
async function failureOf(
  work: Promise<unknown>,
): Promise<{ kind: string; message: string; seconds: number }> {
  const { message } = await work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Error) => error,
  );
  expect(message).toMatch(/^Remote error: AppError\{/);
  return JSON.parse(message.slice(message.indexOf('{'))) as {
    kind: string;
    message: string;
    seconds: number;
  };
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (
    const until = Date.now() + patient(45_000);
    !(await check());
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    if (Date.now() > until) throw new Error('it never happened');
  }
}

describe('a generation on Modal', () => {
  it('E6: works on the parcel that comes along, and its object comes out', async () => {
    const player = new Player();
    const parent = await made({ 'index.html': game('first'), 'a/b.txt': 'kept' });
    const { revision } = parent;
    const reply = await player.call(
      MODAL_FUNCTION.generate,
      player.generation({ parent: revision, callbackUrl: receiver.url }),
      { files: { parcelFile: parent.parcel }, ...player.keep() },
    );
    expect(reply).toMatchObject({
      version,
      result: { kind: 'candidate', parent: revision },
      failure: null,
    });
    expect(reply.seconds).toBeGreaterThan(0);
    const { manifest } = await verifyVersion(Buffer.from(reply.object ?? ''), {
      parent: revision,
      parentFiles: parent.kept,
    });
    expect(manifest.revision).toBe(reply.result['revision']);
    expect(manifest.files.map((file) => file.path)).toContain('a/b.txt');

    // The call's own key signed every post, and nothing but the answer is left on the Volume.
    expect(receiver.posts.map((post) => post.callId)).toContain(`${player.jobId}.1`);
    expect(receiver.faults).toEqual([]);
    expect(receiver.text()).toContain('作ります。');
    expect(await readdir(player.folder)).toEqual(['projects']);
    const project = path.join(player.folder, 'projects', player.projectId);
    expect(await readdir(project)).toEqual(['candidates']);
    expect((await emulator.control.state()).commits[volumeNameOf(player.userId)]).toBe(1);
    expect(model.requests[0]?.headers['x-api-key']).toBe(KEY);
    expect(JSON.stringify(reply)).not.toMatch(new RegExp(`${KEY}|${MASTER}`));
  });

  it('takes a parcel in parts from the Volume, and removes them', async () => {
    const player = new Player();
    const parent = await made({ 'index.html': game('first') });
    const place = { projectId: player.projectId, callId: `${player.jobId}.1` };
    const half = Math.ceil(parent.parcel.length / 2);
    const parts = [parent.parcel.subarray(0, half), parent.parcel.subarray(half)];
    const parcelFile = parts.map((_, part) => volumePartOf(place, 'parcelFile', part));
    for (const [part, bytes] of parts.entries()) {
      const content = { content: bytes.toString('base64'), encoding: 'base64' };
      await player.files({ op: 'write', path: parcelFile[part], ...content });
    }
    const input = player.generation({ parent: parent.revision });
    const { result } = await player.call(MODAL_FUNCTION.generate, input, { files: { parcelFile } });
    expect(result).toMatchObject({ kind: 'candidate', parent: parent.revision });
    expect(await filesIn(player.folder)).toEqual([]);
  });

  it('C4: a lost answer after a paid run is not paid twice', async () => {
    const player = new Player();
    const first = await player.call(MODAL_FUNCTION.generate, player.generation(), player.keep());
    expect(model.requests).toHaveLength(2);
    const callId = `${player.jobId}.2`;
    const again = await player.call(
      MODAL_FUNCTION.generate,
      player.generation({ attempt: 2, callId }),
      { callId, ...player.keep() },
    );
    expect({ ...again, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    expect(model.requests).toHaveLength(2);
    play(CREATE);
    await player.call(MODAL_FUNCTION.generate, player.generation(), player.keep(1));
    expect(model.requests).toHaveLength(2);
  });

  it('an answer is kept for a day', async () => {
    const player = new Player();
    await player.call(MODAL_FUNCTION.generate, player.generation(), player.keep());
    const kept = path.join(player.folder, player.keep().keep);
    await player.git({ op: 'state' });
    expect((await readFile(kept)).length).toBeGreaterThan(0);
    const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
    await utimes(kept, yesterday, yesterday);
    await player.git({ op: 'state' });
    await expect(readFile(kept)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('what a run that failed has made comes home with why it failed', async () => {
    play([...CREATE.slice(0, 1), { status: 401, error: 'invalid x-api-key' }]);
    const player = new Player();
    const reply = await player.call(MODAL_FUNCTION.generate, player.generation(), player.keep());
    expect(reply).toMatchObject({ result: null, failure: { kind: 'ModelKeyInvalid' } });
    const left = Buffer.from(reply.object ?? '');
    const { manifest } = await verifyVersion(left, { parent: null, parentFiles: [] });
    expect(manifest.files.map((file) => file.path)).toContain('index.html');
    await expect(readFile(path.join(player.folder, player.keep().keep))).rejects.toThrow();
  });

  it('C4: a container that dies after its work, begun again, answers its candidate', async () => {
    const player = new Player();
    await emulator.control.add({
      kind: 'container-death',
      on: MODAL_FUNCTION.generate,
      when: 'after',
      outcome: 'restart',
      times: 1,
    });
    const { result, object } = await player.call(
      MODAL_FUNCTION.generate,
      player.generation(),
      player.keep(),
    );
    expect(result).toMatchObject({ kind: 'candidate', summary: 'できました' });
    expect(model.requests).toHaveLength(2);
    expect(object?.length).toBeGreaterThan(0);
  });

  it('G1: a failure of the model is told by its own kind, with the time that it took', async () => {
    play([{ status: 401, error: 'invalid x-api-key' }]);
    const player = new Player();
    const failure = await failureOf(player.call(MODAL_FUNCTION.generate, player.generation()));
    expect(failure).toMatchObject({ kind: 'ModelKeyInvalid' });
    expect(failure.seconds).toBeGreaterThan(0);
    expect((await emulator.control.state()).commits[volumeNameOf(player.userId)]).toBe(1);
  });

  it.each([true, false])(
    'F1: cancelled (terminateContainers: %s), it leaves no process; each had only its secrets',
    async (terminateContainers) => {
      play([{ hang: 'after-start' }]);
      const player = new Player();
      const call = await player.spawn(MODAL_FUNCTION.generate, player.generation());
      await eventually(
        async () => (await player.processes()).length > 0 && model.requests.length > 0,
      );
      for (const pid of await player.processes())
        expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toMatch(
          new RegExp(`${KEY}|${MASTER}|CALLBACK|MODAL_`),
        );
      const [parent] = await parentsOf(await player.processes(), 'runner-');
      const environment = await readFile(`/proc/${parent}/environ`, 'utf8');
      expect(environment).toContain('CALLBACK_KEY=');
      expect(environment).not.toMatch(new RegExp(`${MASTER}|MODAL_TOKEN|MODAL_LOCAL`));

      await call.cancel({ terminateContainers });
      await expect(call.get(POLL)).rejects.toThrow();
      await eventually(async () => (await player.processes()).length === 0);
    },
  );
});

/** The first ancestors whose arguments hold `mark`. */
async function parentsOf(pids: readonly number[], mark: string): Promise<number[]> {
  const found = new Set<number>();
  for (const start of pids) {
    for (let pid = start; pid > 1;) {
      if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(mark)) {
        found.add(pid);
        break;
      }
      pid = Number(
        /^PPid:\t(\d+)$/m.exec(
          await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
        )?.[1] ?? 0,
      );
    }
  }
  return [...found];
}

describe('git and files on the Volume', () => {
  it('E6: versions come, with their own ids, and main follows and never goes back', async () => {
    const player = new Player();
    const first = await made({ 'index.html': game('first'), 'a/b.txt': 'kept' });
    const second = await made({ 'index.html': game('second'), 'a/b.txt': 'kept' }, first);
    const [one, two] = [first.revision, second.revision];
    expect((await player.git({ op: 'state', revisions: [one] })).result).toEqual({
      head: null,
      has: [],
    });
    expect(await failureOf(player.apply([], [first]))).toMatchObject({ kind: 'RevisionMissing' });
    expect(await failureOf(player.apply([second]))).toMatchObject({ kind: 'CandidateRefused' });
    expect((await player.apply([first, second])).result).toEqual({ head: two });
    expect((await player.apply([], [first])).result).toEqual({ head: two });
    expect((await player.git({ op: 'state', revisions: [two, one] })).result).toEqual({
      head: two,
      has: [two, one],
    });
    const repo = openRepo(path.join(player.folder, player.repoDir));
    await git(repo, ['fsck', '--full', '--strict']);
    expect(String(await git(repo, ['show', 'main:a/b.txt']))).toBe('kept');
  });

  it('the next container sees what the answer told; one that stays sees others’ work', async () => {
    await emulator.control.volumes('synced-only');
    try {
      const player = new Player();
      const first = await made({ 'index.html': game('first') });
      await player.files({ op: 'write', path: 'assets/a.txt', content: 'one' });
      await player.apply([first]);
      const { revision: head } = first;
      expect((await player.git({ op: 'state' })).result).toMatchObject({ head });
      const { result } = await player.files({ op: 'list' });
      expect(result).toMatchObject({ entries: [{ path: 'assets' }, { path: 'projects' }] });
      const { containers } = await emulator.control.state();
      expect(
        containers.filter((each) => each.function === MODAL_FUNCTION.files).length,
      ).toBeGreaterThan(0);
      expect(containers.filter((each) => each.function === MODAL_FUNCTION.git)).toEqual([]);
    } finally {
      await emulator.control.volumes('shared');
    }
  });

  it("no path leads out of the user's own Volume, not even by a link on it", async () => {
    const [player, other] = [new Player(), new Player()];
    await other.files({ op: 'write', path: 'mine.txt', content: 'OTHER' });
    await player.files({ op: 'write', path: 'own.txt', content: 'x' });
    await mkdir(path.join(player.folder, 'projects'));
    await symlink(other.folder, path.join(player.folder, 'projects', 'link'));
    const parent = await made({ 'index.html': game('first') });
    const { revision } = parent;
    const escapes = [
      ...[
        '..',
        `../${volumeNameOf(other.userId)}`,
        '/',
        other.folder,
        'projects/link',
        'a\\..\\b',
        'x\0',
      ].map((root) => player.files({ root, op: 'list' })),
      ...[
        '../x',
        `../${volumeNameOf(other.userId)}/mine.txt`,
        '/etc/passwd',
        'projects/link/mine.txt',
      ].map((place) => player.files({ op: 'list', path: place })),
      ...['../repo.git', '/tmp/repo.git', 'projects/link/repo.git'].map((repoDir) =>
        player.git({ repoDir, op: 'state' }),
      ),
      player.call(MODAL_FUNCTION.generate, player.generation(), { keep: '../answer' }),
      player.call(MODAL_FUNCTION.generate, player.generation(), {
        keep: 'projects/link/answer',
      }),
      player.apply([], [parent], { objectsFile: ['projects/link/mine.txt'] }),
      player.call(MODAL_FUNCTION.generate, player.generation({ parent: revision }), {
        files: { parcelFile: [`../${volumeNameOf(other.userId)}/mine.txt`] },
      }),
    ];
    for (const failure of await Promise.all(escapes.map(failureOf)))
      expect(failure).toMatchObject({ kind: 'PATH_ESCAPE' });
    expect(await filesIn(player.folder)).toEqual(['own.txt']);
    // A file of the machine that a caller names is not looked at.
    const foreign = path.join(other.folder, 'foreign.object');
    await writeFile(foreign, parent.object);
    const named = player.git({
      op: 'apply',
      line: [revision],
      versions: [{ revision, sizeBytes: parent.object.length }],
      objectsFile: foreign,
    });
    expect(await failureOf(named)).toMatchObject({ kind: 'RevisionMissing' });
    const unknown = player.git({ op: 'state' }, { files: { repoDir: parent.object } });
    expect(await failureOf(unknown)).toMatchObject({ kind: 'OPERATION_FAILED' });
  });

  it('a container of another version, and a wrong function, refuse', async () => {
    const player = new Player();
    expect(await failureOf(player.files({ op: 'list' }, { version: 'another' }))).toMatchObject({
      kind: 'ModalOutdated',
    });
    expect(
      await failureOf(
        player.call(MODAL_FUNCTION.files, { command: 'git', repoDir: 'x', op: 'state' }),
      ),
    ).toMatchObject({ kind: 'OPERATION_FAILED' });
    expect(
      await failureOf(
        player.call(MODAL_FUNCTION.generate, player.generation({ callId: 'another' })),
      ),
    ).toMatchObject({ kind: 'OPERATION_FAILED' });
    expect(await failureOf(player.files({ op: 'list' }, { callId: '../x' }))).toMatchObject({
      kind: 'OPERATION_FAILED',
    });
    expect(await failureOf(player.files({ op: 'nonsense' }))).toMatchObject({
      kind: 'OPERATION_FAILED',
    });
  });

  it('without a Volume there is nothing to work on', async () => {
    const unbound = await client.functions.fromName(await ourModalApp(), MODAL_FUNCTION.files);
    const input = { command: 'files', root: '', op: 'list' };
    expect(
      await failureOf(
        (await unbound.spawn([{ version, callId: 'c.1', input, files: {}, keep: null }])).get(POLL),
      ),
    ).toMatchObject({ kind: 'OPERATION_FAILED' });
  });

  it('functions without a runner command are not deployed, and no log holds a secret', async () => {
    expect((await emulator.control.state()).apps[await ourModalApp()]?.functions.sort()).toEqual(
      Object.values(MODAL_FUNCTION).sort(),
    );
    const log = await readFile(
      path.join(emulator.volumeFolder(''), '..', 'logs', 'containers.log'),
      'utf8',
    );
    expect(log).not.toMatch(new RegExp(`${KEY}|${MASTER}`));
  });
});
