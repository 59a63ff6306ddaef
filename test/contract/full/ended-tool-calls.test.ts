import { readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentActivities } from '../../../src/activities/hosted/agents.js';
import { localHost } from '../../../src/activities/local/host.js';
import { PlaySlots } from '../../../src/activities/local/play-slots.js';
import { bundleRunner, type RunnerProgram } from '../../../src/activities/local/runner-program.js';
import type { RunAgentInput } from '../../../src/activities/ports/agent-port.js';
import { playTempName } from '../../../src/contracts/media/video.js';
import { createDiskCache } from '../../../src/objects/disk-cache.js';
import type { Reply } from '../../fakes/messages-api.js';
import { patient } from '../../support/patience.js';
import { descendants, listProcesses, type Process } from '../../support/processes.js';
import { sendSignal } from '../../support/signals.js';
import { log, start, startPortFixture, type PortFixture, type Started } from '../ports/fixture.js';
import { eventually, game } from '../runner/bench.js';

/**
 * A run whose model calls its tool ends in every way, at every moment of the call: nothing of it is
 * left, no process, no folder, no slot.
 */
const LIMIT_MS = patient(60_000);
const SLOTS = 2;
let fixture: PortFixture;
let runner: RunnerProgram;
beforeAll(async () => {
  fixture = await startPortFixture();
  runner = await bundleRunner(fixture.dataDir);
});
afterAll(() => fixture?.stop());

/** Slots that count how often one was asked for. */
class CountedSlots extends PlaySlots {
  asked = 0;
  readonly given: (() => void)[] = [];

  override take(signal: AbortSignal): Promise<() => void> {
    this.asked += 1;
    return super.take(signal);
  }

  /** Takes all of them, so that a run waits. */
  async takeAll(): Promise<void> {
    for (let slot = 0; slot < SLOTS; slot += 1)
      this.given.push(await super.take(new AbortController().signal));
  }

  /** How many are free within a moment. */
  async freeSlots(): Promise<number> {
    for (const giveBack of this.given.splice(0)) giveBack();
    const taken: (() => void)[] = [];
    const signal = AbortSignal.timeout(patient(1_000));
    for (let slot = 0; slot < SLOTS; slot += 1)
      await this.take(signal).then(
        (giveBack) => taken.push(giveBack),
        () => undefined,
      );
    for (const giveBack of taken) giveBack();
    return taken.length;
  }
}

interface Case extends Started {
  readonly input: RunAgentInput;
  readonly slots: CountedSlots;
}
let running: Case | null = null;
afterEach(async () => {
  running?.env.cancel('CANCELLED');
  await running?.outcome.catch(() => undefined);
  running = null;
});

const write: Reply = {
  use: [{ name: 'Write', input: { file_path: 'index.html', content: game('星') } }],
};
const call: Reply = { use: [{ name: 'mcp__game__play', input: {} }] };
const never: Reply = { hang: 'after-start' };

async function begin(script: Reply[], { isBusy = false } = {}): Promise<Case> {
  fixture.script(...script);
  const input = await fixture.openRun(await fixture.newProject());
  const slots = new CountedSlots(SLOTS);
  if (isBusy) await slots.takeAll();
  const { database, versions, records, images, tapes, screenshots, dataDir, objects } = fixture;
  const deps = {
    config: fixture.config({ RUN_PLAYS: '2' }),
    ...{ store: database.store, versions, records, images, tapes, screenshots, log },
    ...{ runner, playSlots: slots, cache: createDiskCache(dataDir, objects) },
    stream: fixture.stream,
  };
  const agent = agentActivities(deps, localHost(deps));
  const info = { startToCloseTimeoutMs: 600_000 };
  running = { ...start(agent, input, undefined, info), input, slots };
  return running;
}

const asked = (): number => fixture.model.requests.length;

/** Waits until it is so; a run that ends before says why. */
function until(run: Case, check: () => boolean | Promise<boolean>): Promise<unknown> {
  const ended = run.outcome.then((outcome) => {
    throw new Error(`it ended with ${JSON.stringify(outcome)}`);
  });
  return Promise.race([eventually(check, LIMIT_MS), ended]);
}

/** The moment at which a run is ended. */
const MOMENTS: Readonly<Record<string, () => Promise<Case>>> = {
  'before its call': async () => {
    const run = await begin([write, never]);
    await until(run, () => asked() === 2);
    return run;
  },
  'while it waits for a slot': async () => {
    const run = await begin([write, call, never], { isBusy: true });
    await until(run, () => run.slots.asked > 0);
    return run;
  },
  'while it is played': async () => {
    const run = await begin([write, call, never]);
    await until(run, async () => (await playsOf(run)).length > 3);
    return run;
  },
  'while the model reads what was seen': async () => {
    const run = await begin([write, call, never]);
    await until(run, () => asked() === 3);
    return run;
  },
};

/** How it is ended. */
const ENDS: Readonly<Record<string, (run: Case) => Promise<void>>> = {
  'is cancelled': async (run) => void run.env.cancel('CANCELLED'),
  'is cancelled, its programs hanging': async (run) => {
    const runnerPid = (await runnerOf()).pid;
    for (const { pid } of descendants(await listProcesses(), runnerPid)) stopped(pid);
    run.env.cancel('CANCELLED');
  },
  'is killed': async () => sendSignal((await runnerOf()).pid, 'SIGKILL'),
};

describe.each(Object.keys(ENDS))('P6, F1: a run that %s', (end) => {
  it.each(Object.keys(MOMENTS))(
    'leaves nothing %s',
    async (moment) => {
      const run = await (MOMENTS[moment] as () => Promise<Case>)();
      await ENDS[end]?.(run);
      await expect(run.outcome).rejects.toBeDefined();
      await eventually(async () => (await fixture.processes()).length === 0, LIMIT_MS);
      await eventually(async () => (await playsOf(run)).length === 0, LIMIT_MS);
      expect(await readdir(`${fixture.dataDir}/scratch`)).toEqual([]);
      const temps = await readdir(os.tmpdir());
      expect(temps).not.toContain(playTempName(callIdOf(run)));
      expect(await run.slots.freeSlots()).toBe(SLOTS);
    },
    LIMIT_MS,
  );
});

const callIdOf = ({ input }: Case): string => `${input.jobId}.${input.attempt}`;

/** The runner of the fixture's only run. */
async function runnerOf(): Promise<Process> {
  const own = descendants(await listProcesses(), process.pid);
  const found = own.find(({ command }) => command.includes(`${fixture.dataDir}/runner/`));
  if (!found) throw new Error('there is no runner');
  return found;
}

/** Processes of its plays: they know the folder in which they keep their files. */
async function playsOf(run: Case): Promise<number[]> {
  const folder = playTempName(callIdOf(run));
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file: string) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
    if (`${await read('environ')}${await read('cmdline')}`.includes(folder))
      found.push(Number(name));
  }
  return found;
}

function stopped(pid: number): void {
  try {
    sendSignal(pid, 'SIGSTOP');
  } catch {
    // It has just ended.
  }
}
