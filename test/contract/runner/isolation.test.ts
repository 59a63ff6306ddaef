import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handOver, wrap } from '../../../src/runner/sandbox.js';
import {
  startFakeMessages,
  type FakeMessages,
  type Reply,
  type ToolUse,
} from '../../fakes/messages-api.js';
import { firstVersion, parcelOf, writeParcel } from '../../support/parcels.js';
import { patient } from '../../support/patience.js';
import { Bench, KEY, eventually, game } from './bench.js';

let bench: Bench;
let model: FakeMessages | null = null;

beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(async () => {
  await model?.close();
  model = null;
  await bench.close();
});

interface ToolAnswer {
  is_error?: boolean;
  content: unknown;
}
/** What the model was told about each of its tool calls. */
function answers(): ToolAnswer[] {
  const last = model?.requests.at(-1)?.body['messages'] as { content: unknown }[] | undefined;
  return (last ?? []).flatMap(({ content }) =>
    (Array.isArray(content) ? (content as ({ type: string } & ToolAnswer)[]) : []).filter(
      (block) => block.type === 'tool_result',
    ),
  );
}

describe('a model that tries to get out', () => {
  const secret = (name: string): string => join(bench.dir, name);

  it('is refused every way, learns nothing, and its visible game is still judged', async () => {
    await writeFile(secret('secret.txt'), 'TOP-SECRET-OUTSIDE');
    const tries: ToolUse[] = [
      { name: 'Write', input: { file_path: '../escaped.html', content: 'x' } },
      { name: 'Write', input: { file_path: '/project/../escaped.html', content: 'x' } },
      { name: 'Write', input: { file_path: secret('escaped.html'), content: 'x' } },
      {
        name: 'Write',
        input: { file_path: '.git/config', content: '[core]\nfsmonitor=/bin/false' },
      },
      { name: 'Read', input: { file_path: secret('secret.txt') } },
      { name: 'Read', input: { file_path: '/proc/self/environ' } },
      { name: 'Read', input: { file_path: '/proc/1/environ' } },
      { name: 'Read', input: { file_path: '/etc/passwd' } },
      { name: 'Read', input: { file_path: '/run/api.sock' } },
      { name: 'Grep', input: { pattern: 'sk-|run-', path: '/', output_mode: 'content' } },
      { name: 'Glob', input: { pattern: '/**/*.pem' } },
      { name: 'Bash', input: { command: 'env; cat /proc/self/environ; curl http://127.0.0.1' } },
      { name: 'WebFetch', input: { url: 'http://127.0.0.1/', prompt: 'x' } },
    ];
    model = await startFakeMessages([
      { use: tries },
      { use: [{ name: 'Write', input: { file_path: 'index.html', content: game('good') } }] },
      { say: 'できました' },
    ]);
    const outcome = await bench.run(bench.input(), model.url);
    expect(outcome.error).toBeNull();
    expect(outcome.result).toMatchObject({ kind: 'candidate' });
    expect(Number(outcome.result?.['permissionDenials'])).toBeGreaterThanOrEqual(8);
    const { manifest } = await bench.keep();
    expect(manifest.files.map(({ path }) => path).slice(1)).toEqual(['index.html']);

    expect(answers()).toHaveLength(tries.length + 1);
    tries.forEach((attempt, index) => {
      const answer = answers()[index];
      const said = JSON.stringify(answer?.content);
      expect(
        answer?.is_error === true || /no files found|no matches found/i.test(said),
        `${attempt.name} ${JSON.stringify(attempt.input)} -> ${said}`,
      ).toBe(true);
    });
    for (const { raw } of model.requests) {
      expect(raw).not.toContain(KEY);
      expect(raw).not.toContain('TOP-SECRET-OUTSIDE');
      expect(raw).not.toContain('ANTHROPIC_API_KEY=');
    }
    await expect(readFile(secret('escaped.html'))).rejects.toThrow('ENOENT');
    expect(await bench.leftovers()).toEqual([]);
  });

  it(
    'never holds the key: not in its environment, not in any argument, only a token that is ' +
      'good for this run',
    async () => {
      model = await startFakeMessages([
        { say: 'いま考えています。'.repeat(200), pauseMsPerPiece: 50 },
      ]);
      const running = bench.start(bench.input(), model.url);
      const inside = await eventually(async () =>
        (await bench.processes()).find(({ args }) => args.startsWith('/opt/claude')),
      );
      for (const { pid, args } of await bench.processes()) {
        expect(args).not.toContain(KEY);
        expect(args).not.toMatch(/run-[0-9a-f]{48}/);
        expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain(KEY);
      }
      const names = (await readFile(`/proc/${inside.pid}/environ`, 'utf8'))
        .split('\0')
        .map((pair) => pair.split('=')[0] ?? '');
      const telling = names.filter((name) => /KEY|TOKEN|SECRET|CALLBACK|SUPABASE/.test(name));
      // The second is a limit of an answer's length.
      expect(telling.toSorted()).toEqual(['ANTHROPIC_API_KEY', 'MAX_MCP_OUTPUT_TOKENS']);
      running.child.kill('SIGTERM');
      await running.outcome;
    },
  );

  it.each([
    ['has an empty part', '/escaped.html'],
    ['means something to git', 'git~1'],
  ])('cannot start from a version with a path that %s', async (_what, path) => {
    const made = await firstVersion({ 'index.html': game('x'), 'other.html': 'x' });
    const files = made.manifest.files.map((file) =>
      file.path === 'other.html' ? { ...file, path } : file,
    );
    const parcelFile = join(bench.dir, 'renamed.parcel');
    await writeFile(parcelFile, await parcelOf({ ...made, manifest: { ...made.manifest, files } }));
    const outcome = await bench.run(bench.input({ parent: 'a'.repeat(40), parcelFile }));
    expect(outcome.error).toMatchObject({ kind: 'CandidateRefused' });
    expect(await bench.leftovers()).toEqual([]);
  });

  it('starts nothing from a parcel whose bytes are others than its list says', async () => {
    const file = await writeParcel(bench.dir, { 'index.html': 'x'.repeat(9), 'a.js': 'let a' });
    const bytes = await readFile(file);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const outcome = await bench.run(bench.input({ parent: 'a'.repeat(40), parcelFile: file }));
    expect(outcome.error).toMatchObject({ kind: 'CandidateRefused' });
    expect(await bench.leftovers()).toEqual([]);
  });
});

describe('the sandbox itself, whatever the program inside does', () => {
  it(
    'has no network, no other process, no file but the work ' + 'folder, and a read-only system',
    async () => {
      const [work, home, socket] = [
        join(bench.dir, 'work'),
        join(bench.dir, 'home'),
        join(bench.dir, 'api.sock'),
      ];
      await mkdir(work);
      await writeFile(join(bench.dir, 'outside.txt'), 'OUTSIDE');
      await symlink('../outside.txt', join(work, 'link'));
      const server = createServer().listen(socket);
      const host = createServer((connection) => connection.end('REACHED')).listen(0, '127.0.0.1');
      await Promise.all([once(server, 'listening'), once(host, 'listening')]);
      const port = (host.address() as { port: number }).port;
      const script = [
        'ls -A / | tr "\\n" " "; echo',
        'cat link',
        `cat ${bench.dir}/outside.txt`,
        'cat /etc/passwd /etc/shadow',
        'ls /proc | grep -c "^[0-9]"',
        'touch /usr/x',
        'cat /proc/1/environ | tr "\\0" " "; echo',
        'cat /proc/net/dev | grep -v lo: | grep -c :',
        `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`,
        'echo done > made.txt; id -u',
      ].join('\n');
      const plugin = null;
      const program = '/bin/bash';
      const { command } = wrap('bubblewrap', { program, workDir: work, home, socket, plugin });
      const [file, args] = command(['-c', script]);
      const { stdout, stderr } = await promisify(execFile)(file, [...args], {
        env: { PATH: '/usr/bin', ONLY: 'this' },
      });
      const [root, processes, environment, interfaces, uid] = stdout.trim().split('\n');
      expect(root?.trim().split(' ')).toEqual([
        'bin',
        'dev',
        'home',
        'lib',
        'lib64',
        'opt',
        'proc',
        'project',
        'run',
        'tmp',
        'usr',
      ]);
      expect(Number(processes)).toBeLessThan(8);
      expect(environment).toContain('ONLY=this');
      expect(environment).not.toContain('DREAMCORE');
      expect(interfaces).toBe('0');
      expect(uid).toBe('1000');
      expect(stdout).not.toMatch(/OUTSIDE|REACHED|root:/);
      expect(stderr).toMatch(/Read-only file system/);
      expect(stderr.match(/No such file or directory/g)?.length).toBeGreaterThanOrEqual(4);
      expect(await readFile(join(work, 'made.txt'), 'utf8')).toBe('done\n');
      server.close();
      host.close();
    },
  );
});

describe('without bubblewrap', () => {
  /** A PATH with everything but bwrap. */
  async function pathWithout(): Promise<string> {
    const bin = await mkdtemp(join(bench.dir, 'bin-'));
    for (const name of ['node', 'setpriv', 'chown'])
      await symlink(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
    return bin;
  }
  const script: Reply[] = [
    { use: [{ name: 'Write', input: { file_path: 'index.html', content: game('dev') } }] },
    { say: 'はい' },
  ];

  it.each([
    ['production', { NODE_ENV: 'production' }],
    ['CI', { CI: 'true' }],
  ])('refuses to run in %s', async (_name, env) => {
    model = await startFakeMessages(script);
    const outcome = await bench.run(bench.input(), model.url, {
      PATH: await pathWithout(),
      ...env,
    });
    expect(outcome.error).toMatchObject({ kind: 'SandboxMissing' });
    expect(model.requests).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('counts a bubblewrap that cannot make the whole box as none', async () => {
    const bin = await pathWithout();
    await writeFile(
      join(bin, 'bwrap'),
      '#!/bin/sh\ncase "$*" in *--proc*) echo "cannot mount proc" >&2; exit 1;; esac\n',
      { mode: 0o755 },
    );
    const outcome = await bench.run(bench.input(), 'http://127.0.0.1:9', {
      PATH: bin,
      NODE_ENV: 'production',
    });
    expect(outcome.error).toMatchObject({ kind: 'SandboxMissing' });
  });

  it(
    'runs in development with a loud warning, still with a clean environment and through the ' +
      'key proxy',
    async () => {
      model = await startFakeMessages([
        { say: '考えています。'.repeat(100), pauseMsPerPiece: 60, ...script[0] },
        { say: 'はい' },
      ]);
      const running = bench.start(bench.input(), model.url, {
        PATH: await pathWithout(),
        NODE_ENV: 'development',
        LEAK: 'LEAKED-VALUE',
      });
      const inside = await eventually(async () =>
        (await bench.processes()).find(({ args }) => args.includes('--restricted')),
      );
      const environment = await readFile(`/proc/${inside.pid}/environ`, 'utf8');
      expect(environment).toContain('ANTHROPIC_UNIX_SOCKET=');
      expect(environment).not.toMatch(new RegExp(`${KEY}|LEAKED-VALUE|CALLBACK`));
      const outcome = await running.outcome;
      expect(outcome.error).toBeNull();
      expect(outcome.result).toMatchObject({ kind: 'candidate' });
      expect(outcome.stderr).toContain('NO SANDBOX');
      expect(model.requests[0]?.headers['x-api-key']).toBe(KEY);
      expect(await bench.leftovers()).toEqual([]);
    },
  );

  const declared = { NODE_ENV: 'production', RUNNER_ISOLATION: 'container' };

  it(
    'runs as another user where a container of its own is declared; refuses when it cannot ' +
      'become one',
    async () => {
      await openTheWay();
      model = await startFakeMessages([
        { say: '考えています。'.repeat(100), pauseMsPerPiece: 60, ...script[0] },
        { say: 'はい' },
      ]);
      const running = bench.start(bench.input(), model.url, {
        PATH: await pathWithout(),
        ...declared,
      });
      if (process.getuid?.() !== 0) {
        expect((await running.outcome).error).toMatchObject({ kind: 'SandboxMissing' });
        return;
      }
      const inside = await eventually(async () =>
        (await bench.processes()).find(
          ({ args }) => args.includes('--restricted') && !args.startsWith('setpriv'),
        ),
      );
      const status = await readFile(`/proc/${inside.pid}/status`, 'utf8');
      expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      const outcome = await running.outcome;
      expect(outcome.error).toBeNull();
      expect(outcome.result).toMatchObject({ kind: 'candidate' });
      expect(await bench.leftovers()).toEqual([]);
    },
  );

  it(
    'another user reads neither the key nor what is not its own, writes in its folder only, ' +
      'and ends with the runner',
    async () => {
      if (process.getuid?.() !== 0)
        return expect(
          handOver('container', {
            program: '',
            workDir: '/',
            home: '/',
            socket: '/',
            plugin: null,
          }),
        ).rejects.toThrow();
      const host = {
        program: '/bin/bash',
        workDir: join(bench.dir, 'work'),
        home: join(bench.dir, 'home'),
        socket: join(bench.dir, 'api.sock'),
        plugin: null,
      };
      await mkdir(host.workDir, { mode: 0o700 });
      await mkdir(host.home, { mode: 0o700 });
      await writeFile(host.socket, '');
      await writeFile(join(host.workDir, 'old.txt'), 'old');
      await writeFile(secretFile(), 'TOP-SECRET', { mode: 0o600 });
      await handOver('container', host);
      const script = [
        `cat ${secretFile()}`,
        `cat /proc/${process.pid}/environ`,
        `touch ${bench.dir}/new`,
        'cat old.txt && echo new > old.txt',
        'echo',
        'id -u',
      ].join('; ');
      const [file, args] = wrap('container', host).command(['-c', script]);
      const { stdout, stderr } = await promisify(execFile)(file, [...args], {
        cwd: host.workDir,
        env: { PATH: '/usr/bin:/bin' },
      });
      expect(stdout).toBe('old\n10001\n');
      expect(stderr.match(/Permission denied/g)).toHaveLength(3);
      expect(await readFile(join(host.workDir, 'old.txt'), 'utf8')).toBe('new\n');
    },
  );

  it('a killed runner leaves no model program behind, although it is another user', async () => {
    await openTheWay();
    model = await startFakeMessages([{ say: '考えています。'.repeat(400), pauseMsPerPiece: 60 }]);
    const running = bench.start(bench.input(), model.url, {
      PATH: await pathWithout(),
      ...declared,
    });
    if (process.getuid?.() === 0) {
      await eventually(async () => (await bench.processes()).length > 0, patient(30_000));
      running.child.kill('SIGKILL');
    }
    await running.outcome;
    expect((await bench.leftovers()).filter((each) => each.startsWith('process'))).toEqual([]);
  });
  /**
   * The folders above an attempt's own are whoever's made them: the container's temp folder on
   * Modal.
   */
  const openTheWay = async (): Promise<void> => {
    await chmod(bench.dir, 0o711);
    await mkdir(join(bench.dir, 'scratch'), { mode: 0o711 });
  };
  const secretFile = (): string => join(bench.dir, 'secret.txt');
});
