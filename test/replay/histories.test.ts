import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeterminismViolationError } from '@temporalio/workflow';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Worker,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import * as workflows from '../../src/workflows/index.js';
import { installQuietRuntime } from '../support/workflow-env.js';

const FOLDER = path.join(import.meta.dirname, '..', 'histories');
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
const load = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8'));

let bundle: WorkflowBundleOption;
beforeAll(() => {
  installQuietRuntime();
  bundle = { codePath: inject('temporalServer').codePath };
});

describe('saved histories', () => {
  it.each(names)('%s replays on the current workflows', async (name) => {
    await expect(
      Worker.runReplayHistory({ workflowBundle: bundle }, load(name), name),
    ).resolves.toBeUndefined();
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
