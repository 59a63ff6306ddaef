import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { RUNNER_FILES } from '../../../src/process/programs.js';
import { deploy, makeOtherBuild, startWorkerOf, type OtherBuild } from '../../support/builds.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack } from '../../support/stack.js';
import { commandOn, type Dreamcore } from '../ops/command.js';

const DOCUMENT = path.join(PROJECT_ROOT, 'docs/replaying-a-failure.md');
/** A deploy brings it: no game has that much code, so that every one is refused. */
const CAUSE = {
  file: RUNNER_FILES.code,
  text: 'MIN_CODE_CHARS=200;',
  by: 'MIN_CODE_CHARS=2e6;',
} as const;

/** A command of the document, on which of the two machines, and what it printed there. */
interface Step {
  readonly machine: string;
  readonly command: string;
  readonly printed: string;
}

let dir: string;
let bad: OtherBuild;
let jobId = '';
let machines: Readonly<Record<string, Dreamcore>>;
let stopFirst: () => Promise<void>;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'dreamcore-replaying-'));
  bad = await makeOtherBuild(CAUSE);
  const first = await startStack();
  const worker = await startWorkerOf(first, bad);
  stopFirst = async () => {
    await worker.stop();
    await first.stop();
  };
  await deploy(first, 'current', bad.buildId);
  const player = await newPlayer(first);
  jobId = await say(player);
  await player.listener.until(({ type }) => type === 'failed');
  player.listener.close();
  machines = { first: commandOn(first), second: commandOn({ dataDir: path.join(dir, 'second') }) };
});
afterAll(async () => {
  await stopFirst?.();
  await bad?.remove();
  await rm(dir, { recursive: true, force: true });
});

async function stepsOfDocument(): Promise<Step[]> {
  const text = await readFile(DOCUMENT, 'utf8');
  return [...text.matchAll(/```console\n([\s\S]*?)\n```/g)].map(([, block = '']) => {
    const [asked = '', ...printed] = block.split('\n');
    const [, machine = '', command = ''] = /^(\w+)\$ npx dreamcore (.+)$/.exec(asked) ?? [];
    return { machine, command, printed: printed.join('\n') };
  });
}

/** The same command about what happened here. */
function argsOf(command: string): string[] {
  return command
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, jobId)
    .replace(/(--build) \S+/, `$1 ${bad.buildId}`)
    .replace(/\S+\.tar\.gz/, path.join(dir, 'case.tar.gz'))
    .split(' ');
}

/** Without what differs from run to run; `…` stands for any lines. */
function plain(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
    .replaceAll(/\/\S+/g, '<file>')
    .replaceAll(/\b(build|by build) [\w-]+/g, '$1 <build>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, '<time>')
    .replaceAll(/\b[0-9a-f]{7,40}\b/g, '<hash>')
    .replaceAll(/\$?\d+(\.\d+)?( s| min( \d+ s)?)?/g, '<n>')
    .replaceAll(/ +/g, ' ')
    .trim();
}

function patternOf(documented: string): RegExp {
  const lines = plain(documented)
    .split('\n')
    .map((line) =>
      line.trim() === '…' ? '(?:.*\\n)*?.*' : line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${lines.join('\\n')}$`);
}

describe('docs/replaying-a-failure.md', () => {
  it('E9: prints what it says, from a failure here to its mending on another machine', async () => {
    const steps = await stepsOfDocument();
    expect(steps.map(({ machine }) => machine)).toContain('second');
    for (const { machine, command, printed } of steps) {
      // The second machine has the archive and nothing else.
      if (machine === 'second') await stopFirst();
      const { out, err } = (await machines[machine]?.(...argsOf(command))) ?? { out: '', err: '' };
      expect(plain(out + err), `${machine}$ ${command}\n${out}${err}`).toMatch(patternOf(printed));
    }
  });
});
