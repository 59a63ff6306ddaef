import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startOrphanReaper } from '../../dev/stack/orphan-reaper.js';
import { findFreePort } from '../../dev/stack/ports.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { startAlternatingProxy, type AlternatingProxy } from './alternating-proxy.js';
import { patient } from './patience.js';
import { descendants, listProcesses } from './processes.js';
import { programArgs } from './programs.js';
import { startS3Server, type S3Server } from './s3-server.js';
import { isAlive, newDataDir, startStack, type Stack, type StackOptions } from './stack.js';
import { environmentOf } from './workers.js';

const PARTS = ['api', 'worker'] as const;
type Part = (typeof PARTS)[number];
const READY_MS = patient(90_000);
const PAUSE_MS = 500;
const LOOK_MS = 50;

/** A machine that runs one program, and starts it again when it ends, on a disk of its own. */
class Host {
  /** Times that its program has become ready. */
  readies = 0;
  private output = '';
  private child: ChildProcess | null = null;
  private isOver = false;
  private isLost = false;
  private readonly life: Promise<void>;

  constructor(
    readonly part: Part,
    readonly disk: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly reaper: ReturnType<typeof startOrphanReaper>,
  ) {
    this.life = this.live();
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  logs = (): string => this.output;

  /** Waits until its program is ready once more than `readies` times. */
  async untilReady(readies = 0): Promise<void> {
    for (const untilMs = Date.now() + READY_MS; this.readies <= readies; await sleep(LOOK_MS))
      if (Date.now() > untilMs) throw new Error(`A ${this.part} is not ready:\n${this.output}`);
  }

  /** The program is killed; what it started goes on or not, and its disk stays. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
    const { pid } = this;
    if (pid !== 0 && isAlive(pid)) process.kill(pid, signal);
    while (isAlive(pid)) await sleep(LOOK_MS);
    return pid;
  }

  /** The machine is lost with its disk: nothing that ran on it goes on, and an empty one comes. */
  async lose(): Promise<number> {
    this.isLost = true;
    try {
      const below = descendants(await listProcesses(), this.pid);
      const pid = await this.kill();
      for (const each of below) if (isAlive(each.pid)) process.kill(each.pid, 'SIGKILL');
      for (const each of below) while (isAlive(each.pid)) await sleep(LOOK_MS);
      await this.removeDisk();
      return pid;
    } finally {
      this.isLost = false;
    }
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.kill('SIGTERM');
    await this.life;
    await this.removeDisk();
  }

  private removeDisk(): Promise<void> {
    return rm(this.disk, { recursive: true, force: true, maxRetries: 5 });
  }

  private async live(): Promise<void> {
    for (; !this.isOver; await sleep(PAUSE_MS)) {
      if (this.isLost) continue;
      const [dataDir, temp] = ['data', 'tmp'].map((name) => path.join(this.disk, name));
      for (const folder of [dataDir, temp]) await mkdir(folder!, { recursive: true });
      const child = spawn(process.execPath, programArgs(this.part), {
        cwd: PROJECT_ROOT,
        env: { ...this.env, DATA_DIR: dataDir, TMPDIR: temp },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.child = child;
      if (child.pid !== undefined) this.reaper.add(child.pid, 'TERM');
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.output += text;
          if (text.includes(`"msg":"${this.part} ready"`)) this.readies += 1;
        });
      await once(child, 'exit');
      if (child.pid !== undefined) this.reaper.remove(child.pid);
    }
  }
}

/** A stack whose APIs and workers are hosts of their own behind a balancer. */
export interface HostStack extends Stack {
  /** What each of them keeps: its data folder, and where its temporary files lie. */
  readonly places: readonly { readonly dataDir: string; readonly temp: string }[];
  /** Where each API answers without the balancer. */
  readonly apis: readonly string[];
  workerPids(): number[];
  /** A host is lost with its disk; `choice` from 0 to 1 picks it. Answers what it was. */
  loseHost(choice: number): Promise<string>;
}

export const isHostStack = (stack: Stack): stack is HostStack => 'loseHost' in stack;
/** Where parts of a stack keep what is theirs alone. */
export const placesOf = (stack: Stack): readonly { dataDir: string; temp?: string }[] =>
  isHostStack(stack) ? stack.places : [stack];
export const workerPidsOf = async (stack: Stack): Promise<number[]> =>
  isHostStack(stack) ? stack.workerPids() : [await stack.pidOf('worker')];

interface HostOptions extends StackOptions {
  readonly count: Readonly<Record<Part, number>>;
}

/**
 * So many APIs and workers that share a PostgreSQL, a Temporal and a bucket, and nothing else,
 * behind a balancer that gives every request to the next API.
 */
export async function startHostStack({ count, ...options }: HostOptions): Promise<HostStack> {
  const folder = await newDataDir();
  const [s3, proxy] = [await startS3Server(folder), await startAlternatingProxy()];
  const baseUrl = `http://127.0.0.1:${proxy.port}`;
  const shared = { ...s3.env(), CALLBACK_BASE_URL: baseUrl };
  const env = { ...options.env, ...shared };
  const hosts: Host[] = [];
  const reaper = startOrphanReaper();
  const stop = async (stack?: Stack): Promise<void> => {
    await Promise.all(hosts.map((host) => host.stop()));
    await stack?.stop();
    await endShared({ s3, proxy, folder });
    reaper.end();
  };
  let stack: Stack | undefined;
  try {
    stack = await startStack({ ...options, env, leaveDown: [...PARTS] });
    for (const part of PARTS) {
      const own = await environmentOf(await stack.pidOf(part));
      await stack.kill(part, 'SIGTERM');
      for (let made = 0; made < count[part]; made += 1) {
        const port = String(await findFreePort());
        const at = part === 'api' && { PORT: port, INSTANCE_URL: `http://127.0.0.1:${port}` };
        hosts.push(new Host(part, await newDataDir(), { ...own, ...at }, reaper));
        if (at) proxy.targets.push(Number(port));
      }
    }
    await Promise.all(hosts.map((host) => host.untilReady()));
    const whole = { ...stack, baseUrl, env: { ...stack.env, ...shared } };
    return { ...whole, ...asHosts(whole, hosts, proxy), stop: () => stop(stack) };
  } catch (error) {
    await stop(stack);
    throw error;
  }
}

async function endShared(all: { s3: S3Server; proxy: AlternatingProxy; folder: string }) {
  await all.proxy.close();
  await all.s3.stop();
  await rm(all.folder, { recursive: true, force: true, maxRetries: 5 });
}

/** To `kill` and its like, `api` and `worker` are the next host that runs one. */
function asHosts(stack: Stack, hosts: readonly Host[], proxy: AlternatingProxy) {
  const turns = { api: 0, worker: 0 };
  const killed = new Map<number, { host: Host; readies: number }>();
  const of = (part: Part): Host[] => hosts.filter((host) => host.part === part);
  const isPart = (part: string): part is Part => PARTS.includes(part as Part);
  const pidsOf = (part: Part): number[] => of(part).map(({ pid }) => pid);
  return {
    places: hosts.map(({ disk }) => ({
      dataDir: path.join(disk, 'data'),
      temp: path.join(disk, 'tmp'),
    })),
    apis: proxy.targets.map((port) => `http://127.0.0.1:${port}`),
    workerPids: () => pidsOf('worker'),
    logs: () => [stack, ...hosts].map((each) => each.logs()).join('\n'),
    async loseHost(choice) {
      const host = hosts[Math.floor(choice * hosts.length)]!;
      return `${host.part} ${await host.lose()}`;
    },
    pidOf: async (part) => (isPart(part) ? pidsOf(part)[0]! : stack.pidOf(part)),
    async kill(part, signal) {
      if (!isPart(part)) return stack.kill(part, signal);
      const host = of(part)[(turns[part] += 1) % of(part).length]!;
      const { readies } = host;
      const pid = await host.kill(signal);
      killed.set(pid, { host, readies });
      return pid;
    },
    async untilRestarted(part, oldPid) {
      const was = killed.get(oldPid);
      if (was === undefined) return stack.untilRestarted(part, oldPid);
      await was.host.untilReady(was.readies);
      return was.host.pid;
    },
  } satisfies Partial<HostStack>;
}
