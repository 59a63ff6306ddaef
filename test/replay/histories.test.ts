import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError, type Sinks } from '@temporalio/workflow';
import { bundleWorkflowCode, DefaultLogger, Worker, type InjectedSinks } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { withSpan } from '../../src/contracts/durable/trace-headers.js';
import type { TracedRun } from '../../src/contracts/durable/traces.js';
import * as workflows from '../../src/workflows/index.js';
import { installQuietRuntime } from '../support/workflow-env.js';

const FOLDER = path.join(import.meta.dirname, '..', 'histories');
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
const load = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8'));

/** The history of the same run, had it been started by work that is traced. */
function traced(name: string): unknown {
  const history = load(name) as { events: Record<string, { header?: object }>[] };
  const { metadata, data } = Object.values(withSpan({}, PLACE))[0]!;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const payload = { metadata: { encoding: base64(metadata!['encoding']!) }, data: base64(data!) };
  const started = history.events[0]!['workflowExecutionStartedEventAttributes']!;
  started.header = { fields: { [Object.keys(withSpan({}, PLACE))[0]!]: payload } };
  return history;
}

const PLACE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** What became of each history, by its name. One worker replays all: to make one costs more. */
async function replayAll(
  historyOf: (name: string) => unknown,
  sinks: InjectedSinks<Sinks> = {},
): Promise<Map<string, Error | undefined>> {
  const workflowBundle = { codePath: inject('temporalServer').codePath };
  const histories = names.map((name) => ({ workflowId: name, history: historyOf(name) }));
  const results = Worker.runReplayHistories({ workflowBundle, sinks }, histories);
  const ends = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of results) ends.set(workflowId, error);
  return ends;
}

beforeAll(() => installQuietRuntime());

describe('saved histories', () => {
  let plain: Map<string, Error | undefined>;
  beforeAll(async () => {
    plain = await replayAll(load);
  });

  it.each(names)('%s replays on the current workflows', (name) => {
    expect(plain.has(name)).toBe(true);
    expect(plain.get(name)).toBeUndefined();
  });

  describe('that are traced', () => {
    let replayed: Map<string, Error | undefined>;
    const told = new Map<string, TracedRun[]>();
    beforeAll(async () => {
      const ended = {
        callDuringReplay: true,
        fn: ({ workflowId }: { workflowId: string }, run: TracedRun) =>
          void told.set(workflowId, [...(told.get(workflowId) ?? []), run]),
      };
      replayed = await replayAll(traced, { traces: { ended } });
    });

    it.each(names)('I6: %s replays when its run is traced, and tells its end', (name) => {
      expect(replayed.has(name)).toBe(true);
      expect(replayed.get(name)).toBeUndefined();
      const ends = (told.get(name) ?? []).map(({ traceId, parentSpanId: spanId }) => ({
        traceId,
        spanId,
      }));
      // A stream that nobody has ended yet tells no end.
      expect(ends).toEqual(name === 'job-stream' ? [] : [PLACE]);
    });
  });

  it('hold at least one run of every workflow type', () => {
    const types = names.map(
      (name) => JSON.stringify(load(name)).match(/"workflowType":\{"name":"(\w+)"/)?.[1],
    );
    expect(new Set(types)).toEqual(new Set(Object.keys(workflows)));
  });

  it.each(names.filter((name) => /-cancel\b/.test(name)))('I4: %s ends as cancelled', (name) => {
    const { events } = load(name) as { events: { eventType: string }[] };
    expect(events.at(-1)?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED');
  });

  it('do not replay when the order of commands was changed', async () => {
    const changed = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./reordered-workflows.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    await expect(
      Worker.runReplayHistory(
        { workflowBundle: changed },
        load('generate-success'),
        'generate-success',
      ),
    ).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});
