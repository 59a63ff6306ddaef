import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunHistory } from '../../src/ops/jobs/story.js';
import { findParting } from '../../src/ops/replay/parting.js';
import { installQuietRuntime } from '../support/workflow-env.js';

function load(name: string): RunHistory {
  const file = path.join(import.meta.dirname, '..', 'histories', `${name}.json`);
  return historyFromJSON(JSON.parse(readFileSync(file, 'utf8')));
}

async function changed(workflows: URL) {
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ workflowsPath: fileURLToPath(workflows), logger });
}

beforeAll(installQuietRuntime);

describe('a history and a build', () => {
  it('that belong together replay', async () => {
    const current = { codePath: inject('temporalServer').codePath };
    expect(await findParting(current, load('generate-success'), 'x')).toBeNull();
  });

  it('part at the event that the library names', async () => {
    const bundle = await changed(new URL('./reordered-workflows.ts', import.meta.url));
    const parting = await findParting(bundle, load('generate-success'), 'x');
    expect(parting).toMatchObject({ event: 5, type: 'workflowExecutionUpdateAccepted' });
    expect(parting?.why).toMatch(/^\[TMPRL1100\] Nondeterminism error: .*UpdateAccepted\)$/);
  });

  it('part at an event that is searched for when the library names none', async () => {
    const history = load('generate-success');
    const bundle = await changed(new URL('./exchanged-workflows.ts', import.meta.url));
    const parting = await findParting(bundle, history, 'x');
    const opened = (history.events ?? []).find(
      ({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled?.activityType?.name === 'openJob',
    );
    expect(parting).toMatchObject({
      event: Number(opened?.eventId),
      type: 'activityTaskScheduled',
    });
    expect(parting?.why).toMatch(/openJob.*planGeneration/);
  });
});
