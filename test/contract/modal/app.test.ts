import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FunctionCall, Function_, ModalClient } from 'modal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runnerVersion } from '../../../src/activities/runner-input/bundle.js';
import {
  MODAL_FUNCTION,
  ModalReply,
  VOLUME_MOUNT,
  volumeNameOf,
  volumeRepoOf,
  type ModalFunctionName,
} from '../../../src/contracts/execution/modal.js';
import { callbackKeyOf } from '../../../src/contracts/base/signatures.js';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import {
  ourModalApp,
  startModalEmulator,
  type ModalEmulator,
} from '../../support/modal-emulator.js';
import { patient } from '../../support/patience.js';
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

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-app-'));
  [model, receiver, version] = await Promise.all([
    startFakeMessages(script),
    startReceiver(),
    runnerVersion(),
  ]);
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
      { version, callId, input, bundle: null, callbackKey, ...more },
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
      repoDir: this.repoDir,
      scratchDir: '',
      parent: null,
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
      wantBundle: true,
      ...changes,
    };
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

/** A repository with one commit, elsewhere, and that commit as a bundle. */
async function elsewhere(): Promise<{
  git: (...args: string[]) => string;
  head: string;
  bundle: { want: string; bytes: Buffer };
}> {
  const folder = await mkdtemp(path.join(base, 'mirror-'));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@x', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '-q', '-b', 'main', '.');
  await writeFile(path.join(folder, 'index.html'), game('first'));
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  git('bundle', 'create', '-q', 'first.bundle', 'main');
  const head = git('rev-parse', 'main');
  return {
    git,
    head,
    bundle: { want: head, bytes: await readFile(path.join(folder, 'first.bundle')) },
  };
}

describe('a generation on Modal', () => {
  it('E6: takes in what the Volume lacks, commits it, and bundles the candidate back', async () => {
    const player = new Player();
    const mirror = await elsewhere();
    const reply = await player.call(
      MODAL_FUNCTION.generate,
      player.generation({ parent: mirror.head, callbackUrl: receiver.url }),
      { bundle: mirror.bundle },
    );
    expect(reply).toMatchObject({
      version,
      result: { kind: 'candidate', parent: mirror.head, bundlePath: null },
    });
    expect(reply.seconds).toBeGreaterThan(0);

    await writeFile(path.join(base, 'back.bundle'), reply.bundle ?? '');
    mirror.git('fetch', '-q', path.join(base, 'back.bundle'), 'refs/outgoing/*:refs/back/*');
    expect(mirror.git('rev-parse', `${String(reply.result['revision'])}~1`)).toBe(mirror.head);
    expect(mirror.git('show', `${String(reply.result['revision'])}:index.html`)).toContain('modal');

    // The call's own key signed every post, and nothing but the repository is left on the Volume.
    expect(receiver.posts.map((post) => post.callId)).toContain(`${player.jobId}.1`);
    expect(receiver.faults).toEqual([]);
    expect(receiver.text()).toContain('作ります。');
    expect(await readdir(player.folder)).toEqual(['projects']);
    expect(await readdir(path.join(player.folder, 'projects', player.projectId))).toEqual([
      'repo.git',
    ]);
    expect((await emulator.control.state()).commits[volumeNameOf(player.userId)]).toBe(1);
    expect(model.requests[0]?.headers['x-api-key']).toBe(KEY);
    expect(JSON.stringify(reply)).not.toMatch(new RegExp(`${KEY}|${MASTER}`));
  });

  it('says that the Volume is behind when nobody sent what it builds on', async () => {
    const player = new Player();
    expect(
      await failureOf(
        player.call(MODAL_FUNCTION.generate, player.generation({ parent: 'a'.repeat(40) })),
      ),
    ).toMatchObject({ kind: 'VolumeBehind' });
    expect(model.requests).toEqual([]);
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
    const { result, bundle } = await player.call(MODAL_FUNCTION.generate, player.generation());
    expect(result).toMatchObject({ kind: 'candidate', summary: 'できました' });
    expect(model.requests).toHaveLength(2);
    expect(bundle?.length).toBeGreaterThan(0);
    expect((await emulator.control.state()).commits[volumeNameOf(player.userId)]).toBe(2);
    const refs = execFileSync(
      'git',
      [
        '--git-dir',
        path.join(player.folder, player.repoDir),
        'for-each-ref',
        '--format=%(refname) %(objectname)',
      ],
      { encoding: 'utf8' },
    );
    expect(refs.trim()).toBe(`refs/jobs/${player.jobId}/1 ${String(result['revision'])}`);
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
  it('E6: commits come, main follows and never goes back, commits go', async () => {
    const player = new Player();
    const mirror = await elsewhere();
    expect((await player.git({ op: 'state', revisions: [mirror.head] })).result).toEqual({
      head: null,
      has: [],
    });
    expect(await failureOf(player.git({ op: 'set-main', revision: mirror.head }))).toMatchObject({
      kind: 'VolumeBehind',
    });
    expect(
      (await player.git({ op: 'set-main', revision: mirror.head }, { bundle: mirror.bundle }))
        .result,
    ).toEqual({ head: mirror.head, outcome: 'moved' });
    expect(
      (await player.git({ op: 'state', revisions: [mirror.head, 'b'.repeat(40)] })).result,
    ).toEqual({ head: mirror.head, has: [mirror.head] });
    const { bundle, result } = await player.git({
      op: 'bundle',
      have: null,
      want: mirror.head,
      file: '',
    });
    expect(result).toEqual({ bundlePath: null });
    expect(Buffer.from(bundle ?? '').toString('latin1')).toContain('# v2 git bundle');
    expect(
      (await player.git({ op: 'bundle', have: mirror.head, want: mirror.head, file: '' })).bundle,
    ).toBeNull();
    expect(
      await failureOf(player.git({ op: 'bundle', have: null, want: 'c'.repeat(40), file: '' })),
    ).toMatchObject({ kind: 'RevisionMissing' });
  });

  it('the next container sees what the answer told; one that stays sees others’ work', async () => {
    await emulator.control.volumes('synced-only');
    try {
      const player = new Player();
      const mirror = await elsewhere();
      await player.files({ op: 'write', path: 'assets/a.txt', content: 'one' });
      await player.git({ op: 'set-main', revision: mirror.head }, { bundle: mirror.bundle });
      expect((await player.git({ op: 'state' })).result).toMatchObject({ head: mirror.head });
      const { result } = await player.files({ op: 'usage' });
      expect((result['children'] as { path: string }[]).map((child) => child.path)).toEqual([
        'assets',
        'projects',
      ]);
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
    const escapes = [
      ...[
        '..',
        `../${volumeNameOf(other.userId)}`,
        '/',
        other.folder,
        'projects/link',
        'a\\..\\b',
        'x\0',
      ].map((root) => player.files({ root, op: 'usage' })),
      ...[
        '../x',
        `../${volumeNameOf(other.userId)}/mine.txt`,
        '/etc/passwd',
        'projects/link/mine.txt',
      ].map((place) => player.files({ op: 'read', path: place })),
      ...['../repo.git', '/tmp/repo.git', 'projects/link/repo.git'].map((repoDir) =>
        player.git({ repoDir, op: 'state' }),
      ),
      player.call(MODAL_FUNCTION.generate, player.generation({ repoDir: '../repo.git' })),
    ];
    for (const failure of await Promise.all(escapes.map(failureOf)))
      expect(failure).toMatchObject({ kind: 'PATH_ESCAPE' });
    expect((await player.files({ op: 'usage' })).result).toMatchObject({ files: 1 });
    // A bundle on the machine that a caller names is not looked at: without one of its own the call
    // changes nothing.
    const mirror = await elsewhere();
    await writeFile(path.join(base, 'foreign.bundle'), mirror.bundle.bytes);
    const named = player.git({
      op: 'set-main',
      revision: mirror.head,
      incoming: { file: path.join(base, 'foreign.bundle'), want: mirror.head },
    });
    expect(await failureOf(named)).toMatchObject({ kind: 'VolumeBehind' });
  });

  it('a container of another version, and a wrong function, refuse', async () => {
    const player = new Player();
    expect(await failureOf(player.files({ op: 'usage' }, { version: 'another' }))).toMatchObject({
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
    expect(await failureOf(player.files({ op: 'usage' }, { callId: '../x' }))).toMatchObject({
      kind: 'OPERATION_FAILED',
    });
    expect(await failureOf(player.files({ op: 'nonsense' }))).toMatchObject({
      kind: 'OPERATION_FAILED',
    });
  });

  it('without a Volume there is nothing to work on', async () => {
    const unbound = await client.functions.fromName(await ourModalApp(), MODAL_FUNCTION.files);
    const input = { command: 'files', root: '', op: 'usage' };
    expect(
      await failureOf(
        (await unbound.spawn([{ version, callId: 'c.1', input, bundle: null }])).get(POLL),
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
