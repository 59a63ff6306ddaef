import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createVersions, type KeptVersion } from '../../../src/versions/kept/versions.js';
import { callbackKey } from '../../fakes/callback-receiver.js';
import { patient } from '../../support/patience.js';
import { RUNNER_ARGS } from '../../support/programs.js';
import { PlacesInMemory } from '../../support/versions.js';

export const KEY = 'sk-test-the-real-key-0123456789';

/** A game just big enough to be one; `mark` makes it recognisable. */
export const game = (mark: string): string => `<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>${mark}</title></head><body><canvas id="c" \
width="390" height="844"></canvas>
<script>
const canvas = document.getElementById('c');
const context = canvas.getContext('2d');
let x = 0; // "${mark}"
function frame() { x = (x + 1) % 390; context.clearRect(0, 0, 390, 844); context.fillRect(x, 400, \
44, 44); requestAnimationFrame(frame); }
requestAnimationFrame(frame);
</script></body></html>
`;

export interface Outcome {
  exitCode: number | null;
  result: Record<string, unknown> | null;
  error: { kind: string; message: string; retryAfterMs?: number; costUsd?: number } | null;
  alive: number[];
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  outcome: Promise<Outcome>;
}

/** A project of one's own, and runner processes started on it as the worker would. */
export class Bench {
  readonly jobId = randomUUID();
  /** Appears in the arguments of every process of a run, so that leftovers can be found. */
  readonly model = `model-${randomUUID()}`;
  readonly projectId = randomUUID();
  private readonly places = new PlacesInMemory();
  readonly versions;
  private constructor(readonly dir: string) {
    this.versions = createVersions(createFileObjectStore(join(dir, 'data')), this.places);
  }

  static async open(): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), 'dreamcore-runner-')));
  }

  /** What the run of an attempt has written beside its scratch folder, besides its inputs. */
  async written(attempt = 1): Promise<string[]> {
    const names = await readdir(this.dir);
    return names.filter((name) => name.startsWith(`${this.jobId}.${attempt}.`)).sort();
  }

  /** Takes in the object that an attempt has written, as a worker does, every byte checked. */
  async keep(attempt = 1, parent: string | null = null): Promise<KeptVersion> {
    const bytes = await readFile(join(this.dir, `${this.jobId}.${attempt}.object`));
    return this.versions.keep({ projectId: this.projectId, workId: this.jobId }, bytes, parent);
  }

  /** The same of what a failed attempt had made. */
  async keepFailed(attempt = 1, parent: string | null = null): Promise<KeptVersion> {
    const bytes = await readFile(join(this.dir, `${this.jobId}.${attempt}.failed`));
    const work = { projectId: this.projectId, workId: this.jobId };
    await this.versions.keepFailed({ ...work, attempt }, bytes, parent);
    const [last] = await this.versions.failed(work);
    if (!last) throw new Error('nothing was kept');
    return last;
  }

  publish({ revision, place }: KeptVersion): void {
    this.places.publish(this.projectId, revision, place);
  }

  /** A file of a version that was kept, as text. */
  async textOf({ revision, place }: KeptVersion, file: string): Promise<string | undefined> {
    const ref = { projectId: this.projectId, revision, workId: place.workId };
    return (await this.versions.readFile(ref, file))?.toString('utf8');
  }

  /** Writes the parcel of a version that was kept. Returns the file. */
  async parcel({ revision, place }: KeptVersion): Promise<string> {
    const ref = { projectId: this.projectId, revision, workId: place.workId };
    const file = join(this.dir, `${revision}.parcel`);
    await writeFile(file, await this.versions.parcel(ref));
    return file;
  }

  scratchDir(attempt = 1): string {
    return join(this.dir, 'scratch', `${this.jobId}.${attempt}`);
  }

  input(changes: Record<string, unknown> = {}, attempt = 1): Record<string, unknown> {
    const { limits, ...others } = changes as { limits?: object };
    return {
      command: 'generate',
      jobId: this.jobId,
      attempt,
      callId: `${this.jobId}.${attempt}`,
      scratchDir: this.scratchDir(attempt),
      parent: null,
      parcelFile: null,
      fromParcelFile: null,
      objectFile: join(this.dir, `${this.jobId}.${attempt}.object`),
      failedFile: join(this.dir, `${this.jobId}.${attempt}.failed`),
      prompt: 'make a game',
      systemPrompt: 'SYSTEM-RULES',
      userText: '2Dの|ゲームを\n作って',
      extraFiles: [],
      model: this.model,
      limits: {
        maxTurns: 8,
        maxBudgetUsd: 5,
        startTimeoutMs: 20_000,
        noProgressTimeoutMs: 20_000,
        callbackDrainMs: 2_000,
        ...limits,
      },
      callbackUrl: null,
      ...others,
    };
  }

  start(input: object | string, upstream: string, env: Record<string, string> = {}): Running {
    const child = spawn(process.execPath, RUNNER_ARGS, {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.dir,
        NODE_ENV: 'test',
        ANTHROPIC_API_KEY: KEY,
        ANTHROPIC_BASE_URL: upstream,
        CALLBACK_KEY: callbackKey(String((input as { callId?: string }).callId)),
        ...env,
      },
      stdio: 'pipe',
    });
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${typeof input === 'string' ? input : JSON.stringify(input)}\n`);
    return { child, outcome: collect(child) };
  }

  run(
    input: object | string,
    upstream = 'http://127.0.0.1:9',
    env: Record<string, string> = {},
  ): Promise<Outcome> {
    return this.start(input, upstream, env).outcome;
  }

  /** Processes that carry this bench's model name in their arguments. */
  async processes(): Promise<{ pid: number; args: string }[]> {
    const found: { pid: number; args: string }[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const args = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (args.includes(this.model))
        found.push({ pid: Number(name), args: args.replaceAll('\0', ' ') });
    }
    return found;
  }

  /**
   * What is left of a run: processes and its scratch folder (with its socket). Waits a moment for
   * the kernel.
   */
  async leftovers(attempt = 1): Promise<string[]> {
    for (let tries = 0; tries < 20 && (await this.processes()).length > 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const processes = (await this.processes()).map(
      ({ pid, args }) => `process ${pid} ${args.slice(0, 80)}`,
    );
    const isThere = await access(this.scratchDir(attempt)).then(
      () => true,
      () => false,
    );
    return isThere ? [...processes, this.scratchDir(attempt)] : processes;
  }

  close(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true });
  }
}

async function collect(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = lines.at(-1) ?? {};
  return {
    exitCode,
    stdout,
    stderr,
    result: (last['result'] ?? null) as Outcome['result'],
    error: (last['error'] ?? null) as Outcome['error'],
    alive: lines.flatMap((line) => (typeof line['alive'] === 'number' ? [line['alive']] : [])),
  };
}

/** Waits until `check` answers something true; fails after `ms`. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  ms = patient(10_000),
): Promise<NonNullable<T>> {
  const until = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > until) throw new Error('it never happened');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
