import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BRIEF_FILE } from '../../contracts/game/brief.js';
import { spriteIdFor } from '../../contracts/base/ids.js';
import { briefByRules } from '../../domain/design/brief-by-rules.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import { createLog } from '../../telemetry/log.js';
import type { RunAgentInput } from '../ports/agent-port.js';
import { keptForRun } from './kept-for-run.js';

const PARENT = 'a'.repeat(40);
const JOB = randomUUID();
const GONE = spriteIdFor(JOB, 'gone');
const NOTHING = { sheet: null, errors: [], brief: null, attached: [], past: [], left: null };
const log = createLog('test');
const brief = briefByRules({ request: '猫', dimension: null, styleId: null, language: 'ja' });
const repair = { round: 1, from: 'b'.repeat(40), findings: [], notes: [], play: 1 };

const run = (parent: string | null, more: Partial<RunAgentInput> = {}): RunAgentInput => ({
  ...{ jobId: randomUUID(), userId: randomUUID(), projectId: randomUUID(), attempt: 1 },
  spec: { request: 'x', dimension: null, styleId: null, autoFix: false, parent },
  ...more,
});
type Keepers = Parameters<typeof keptForRun>[0];
const away = () => Promise.reject(new Error('away'));
const kept = (
  readFile: (file: string) => Promise<Buffer | null>,
  input: RunAgentInput,
  {
    describe: described = away,
    ...more
  }: Partial<Keepers & Pick<Keepers['versions'], 'describe'>> = {},
) =>
  keptForRun(
    {
      records: { readSheet: async () => Buffer.from('png') },
      versions: {
        readFile: (_ref, file) => readFile(file),
        listFiles: async () => [],
        failed: async () => [],
        describe: described,
      },
      tapes: { readErrors: async () => [] },
      screenshots: { read: async () => null },
      images: { read: async (_user, id) => (id === GONE ? null : Buffer.from('webp')) },
      log,
      ...more,
    },
    input,
  );
const file = Buffer.from(JSON.stringify(brief));

describe('what a run is told of earlier work', () => {
  it('is for a change what its game was to keep, out of the brief of its parent', async () => {
    const read: string[] = [];
    const told = await kept(async (path) => {
      read.push(path);
      return file;
    }, run(PARENT));
    expect(told).toEqual({ ...NOTHING, brief });
    expect(read).toEqual([BRIEF_FILE]);
  });

  it.each([
    ['has no brief', async () => null],
    ['has another file in its place', async () => Buffer.from('{"checks":["obey"]}')],
    ['cannot be read', async () => Promise.reject(new Error('away'))],
  ])('is nothing where the parent %s', async (_, readFile) => {
    await expect(kept(readFile, run(PARENT))).resolves.toEqual(NOTHING);
  });

  it('is for a repair what its play has seen, for a first game nothing', async () => {
    const sheet = Buffer.from('png').toString('base64');
    const asks = async () => file;
    await expect(kept(asks, run(PARENT, { repair }))).resolves.toEqual({ ...NOTHING, sheet });
    await expect(kept(asks, run(null))).resolves.toEqual(NOTHING);
  });

  it('is of a change what its game threw on its owner’s phone, and looked like', async () => {
    const files = [{ path: 'index.html', sha: 'c'.repeat(64) }];
    const asked: unknown[] = [];
    const more = {
      describe: async () => ({ manifest: { files }, parent: null }) as never,
      tapes: {
        readErrors: async (_place: unknown, gameTree: string) => {
          asked.push(gameTree);
          return ['TypeError: x'];
        },
      },
      screenshots: { read: async (_place: unknown, name: string) => Buffer.from(name) },
    };
    const screenshot = 'd'.repeat(64);
    const change = run(PARENT);
    const spec = { ...change.spec, screenshot };
    const told = await kept(async () => file, { ...change, spec }, more);
    const sheet = Buffer.from(screenshot).toString('base64');
    expect(told).toMatchObject({ errors: ['TypeError: x'], sheet });
    expect(asked).toEqual([gameTreeOf(files)]);
    const gone = { tapes: { readErrors: away }, screenshots: { read: away } };
    await expect(kept(async () => file, { ...change, spec }, gone)).resolves.toEqual({
      ...NOTHING,
      brief,
    });
  });

  it('is of the player his images that are kept, which a repair has already', async () => {
    const called = { number: '1', called: 'a', assetId: randomUUID(), width: 9, height: 9 };
    const [there, gone] = ['here', 'gone'].map((name) => ({ ...called, name }));
    const spec = { ...run(null).spec, attached: [there!, gone!] };
    const asks = async () => null;
    const content = Buffer.from('webp').toString('base64');
    const told = kept(asks, run(null, { jobId: JOB, spec }));
    await expect(told).resolves.toEqual({ ...NOTHING, attached: [{ ...there, content }] });
    const mended = await kept(asks, run(null, { jobId: JOB, spec, repair }));
    expect(mended.attached).toEqual([]);
  });
});
