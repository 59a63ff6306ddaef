import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runnerVersion } from '../../../src/activities/runner-input/bundle.js';
import { videoSiteVersion } from '../../../src/activities/runner-input/video-site.js';
import { priceUsd } from '../../../src/activities/modal/price.js';
import { PROJECT_ROOT } from '../../../src/config.js';
import { startFakeMessages } from '../../fakes/messages-api.js';
import { startModalEmulator, type ModalEmulator } from '../../support/modal-emulator.js';
import { programArgs } from '../../support/programs.js';

const run = promisify(execFile);
const PYTHON = path.join(PROJECT_ROOT, '.tools/modal-venv/bin/python');
const FOLDER = path.join(PROJECT_ROOT, 'modal');

let base: string;
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-python-'));
  await run(process.execPath, [...programArgs('modal-deploy'), '--build-only'], {
    cwd: PROJECT_ROOT,
  });
});
afterAll(() => rm(base, { recursive: true, force: true }));

const python = (args: readonly string[], env: Record<string, string> = {}) =>
  run(PYTHON, args, {
    // Nobody listens there: what needs an account would fail.
    cwd: FOLDER,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: base,
      PYTHONDONTWRITEBYTECODE: '1',
      MODAL_SERVER_URL: 'http://127.0.0.1:9',
      ...env,
    },
  });

it('what is deployed carries the version of this code, and no path of this machine', async () => {
  const manifest = JSON.parse(
    await readFile(path.join(FOLDER, 'build', 'manifest.json'), 'utf8'),
  ) as Record<string, unknown>;
  const { dependencies } = JSON.parse(
    await readFile(path.join(PROJECT_ROOT, 'package.json'), 'utf8'),
  ) as { dependencies: Record<string, string> };
  expect(manifest).toEqual({
    version: await runnerVersion(),
    video: await videoSiteVersion(),
    commands: ['generate', 'git', 'files', 'image', 'video', 'play', 'search'],
    claudeCode: dependencies['@anthropic-ai/claude-code'],
    packages: [
      'sharp',
      '@google/genai',
      'onnxruntime-web',
      'playwright-core',
      '@remotion/renderer',
      'remotion',
      'react',
      'react-dom',
      'three',
      'matter-js',
      '@tweenjs/tween.js',
      'p5',
    ].map((name) => `${name}@${dependencies[name] ?? ''}`),
  });
  const code = await readFile(
    path.join(FOLDER, 'build', `runner-${String(manifest['version'])}.mjs`),
    'utf8',
  );
  expect(code).not.toContain(PROJECT_ROOT);
});

it('the declared options of a function are those of what it meets', async () => {
  const { stdout } = await python([
    '-c',
    'import json, app; print(json.dumps({name: vars(each) for name, each in ' +
      'app.FUNCTIONS.items()}))',
  ]);
  const functions = JSON.parse(stdout) as Record<
    string,
    { command: string; restricted: boolean; gpu: string | null; secrets: string[] }
  >;
  expect(Object.keys(functions)).toEqual([
    'generate-game',
    'git-operation',
    'file-operation',
    'generate-image',
    'render-video',
    'play-game',
    'search-game',
  ]);
  expect(
    Object.values(functions)
      .filter(({ restricted }) => !restricted)
      .map(({ command }) => command),
  ).toEqual(['files']);
  expect(functions['git-operation']?.secrets).toEqual([]);
  expect(functions['render-video']?.gpu).toBe('L4');
});

it('the runbook tells time-outs, Secrets and prices as they are', async () => {
  const runbook = await readFile(path.join(FOLDER, 'README.md'), 'utf8');
  const { stdout } = await python(
    [
      '-c',
      'import json, app; print(json.dumps({name: vars(each) for name, each in ' +
        'app.FUNCTIONS.items()}))',
    ],
    { JOB_TIMEOUT_MS: '600000' },
  );
  for (const [name, { timeout_s, secrets }] of Object.entries(
    JSON.parse(stdout) as Record<string, { timeout_s: number; secrets: string[] }>,
  )) {
    const row =
      runbook.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``)) ??
      '';
    expect(row, name).toContain(
      name === 'generate-game' ? '`JOB_TIMEOUT_MS` + 300 s' : `${timeout_s.toLocaleString('en')} s`,
    );
    for (const secret of secrets) expect(row, name).toContain(`\`${secret}\``);
  }
  for (const [fn, seconds, digits] of [
    ['generate-game', 60, 4],
    ['git-operation', 1, 7],
    ['file-operation', 1, 7],
  ] as const) {
    expect(runbook).toContain(`$${priceUsd(fn, seconds).toFixed(digits)}`);
  }
});

/**
 * Serves one call in this process, is interrupted like a cancelled input, and says what is left of
 * it while it lives on.
 */
const INTERRUPTED = `
import json, os, signal, sys, time
import app
class Cancelled(BaseException): pass
def cancel(*_): raise Cancelled()
signal.signal(signal.SIGALRM, cancel)
request = json.loads(sys.stdin.readline())
def arguments():
    for name in filter(str.isdigit, os.listdir("/proc")):
        try: yield open(f"/proc/{name}/cmdline").read()
        except OSError: pass
def running(): return any(request["input"]["model"] in each for each in arguments())
import threading
def watch():
    while not running(): time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGALRM)
threading.Thread(target=watch, daemon=True).start()
try: app.serve("generate-game", request)
except Cancelled: print(json.dumps({"left": running(), "temp": os.listdir(os.environ["TMPDIR"])}))
`;

it('F1: an interrupted function ends the runner and the model first, leaves no files', async () => {
  const model = await startFakeMessages([{ hang: 'after-start' }]);
  const [root, temp] = [
    await mkdtemp(path.join(base, 'volume-')),
    await mkdtemp(path.join(base, 't-')),
  ];
  const jobId = randomUUID();
  const request = {
    version: await runnerVersion(),
    callId: `${jobId}.1`,
    files: {},
    keep: null,
    input: {
      command: 'generate',
      jobId,
      attempt: 1,
      callId: `${jobId}.1`,
      scratchDir: '',
      parent: null,
      parcelFile: null,
      fromParcelFile: null,
      objectFile: '',
      failedFile: '',
      prompt: 'x',
      systemPrompt: 'x',
      userText: 'x',
      extraFiles: [],
      model: `model-${randomUUID()}`,
      callbackUrl: null,
      limits: {
        maxTurns: 8,
        maxBudgetUsd: 5,
        startTimeoutMs: 40_000,
        noProgressTimeoutMs: 40_000,
        callbackDrainMs: 100,
      },
    },
  };
  const working = python(['-c', INTERRUPTED], {
    MODAL_LOCAL_MOUNTS: JSON.stringify({ '/user': root }),
    TMPDIR: temp,
    ANTHROPIC_API_KEY: 'sk-test-the-real-key',
    ANTHROPIC_BASE_URL: model.url,
  });
  working.child.stdin?.end(`${JSON.stringify(request)}\n`);
  expect(JSON.parse((await working).stdout)).toEqual({ left: false, temp: [] });
  expect(await readdir(root)).not.toContain('scratch');
  await model.close();
});

/** What a container hands its runner of a play, instead of starting one. */
const PLAYED = `
import json, sys, app
app.sync = lambda root: None
app.run_runner = lambda options, prepared, *_: {
    "parent": prepared["parent"]["parcelFile"] and open(prepared["parent"]["parcelFile"]).read(),
    "tapes": prepared["parent"]["tapes"],
}
request = json.loads(sys.stdin.readline())
request["files"] = {name: text.encode() for name, text in request["files"].items()}
print(json.dumps(app.serve("play-game", request)["result"]))
`;

it.each([
  ['the parent that comes along', { parentParcelFile: 'before' }, 'before'],
  ['no file of the container in its place', {}, null],
])('P4: a play gets %s', async (_, files, parent) => {
  const root = await mkdtemp(path.join(base, 'volume-'));
  const working = python(['-c', PLAYED], {
    MODAL_LOCAL_MOUNTS: JSON.stringify({ '/user': root }),
    TMPDIR: base,
  });
  const given = { parcelFile: '/etc/passwd', tapes: { player: 9 } };
  const request = {
    ...{ version: await runnerVersion(), callId: 'x.play-1', keep: null },
    files: { parcelFile: 'after', ...files },
    input: { command: 'play', callId: 'x.play-1', parcelFile: '', assets: [], parent: given },
  };
  working.child.stdin?.end(`${JSON.stringify(request)}\n`);
  expect(JSON.parse((await working).stdout)).toEqual({ parent, tapes: given.tapes });
});

describe('check_account.py', () => {
  let emulator: ModalEmulator;
  beforeAll(async () => {
    emulator = await startModalEmulator();
  });
  afterAll(() => emulator.stop());

  it('says what it would ask and what that costs, and asks nothing without --yes', async () => {
    const { stdout } = await python(['check_account.py', '--dry-run']);
    expect(stdout.match(/^\d\. .*\(about \$0\.\d\d\)$/gm)).toHaveLength(8);
    expect(Number(/Together about \$([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(1);
    expect((await python(['check_account.py', '--only', '3'])).stdout).toMatch(
      /^3\. [\s\S]*Nothing was asked: say --yes/,
    );
    expect((await python(['check_account.py', '--help'])).stdout).toContain('--dry-run');
  });

  it('asks, prints what it found, and removes its Volumes', async () => {
    const { stdout } = await python(['check_account.py', '--yes', '--only', '1,4'], {
      ...emulator.env,
      MODAL_CONFIG_PATH: '/dev/null',
    });
    expect(stdout).toContain(
      'seen by the next container right after the answer: [true, true, true, true, true]',
    );
    expect(stdout).toContain("other user's Volume: null");
    expect(stdout).toMatch(/after.*"text": "later"/);
    expect(stdout).toContain('input plane: "not used"');
    expect(stdout).not.toContain('COULD NOT BE ASKED');
    expect(
      (await emulator.control.state()).volumes.filter((name) => name.startsWith('check-')),
    ).toEqual([]);
  });
});
