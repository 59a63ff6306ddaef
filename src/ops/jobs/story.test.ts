import { readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../config.js';
import { describeFailure, endOf, readStory, type RunHistory } from './story.js';

function load(name: string): RunHistory {
  const file = path.join(PROJECT_ROOT, 'test/histories', `${name}.json`);
  return historyFromJSON(JSON.parse(readFileSync(file, 'utf8')));
}

describe('the story of a run, out of its history', () => {
  it('has each step with its summary, its wait, its time and its end', () => {
    const steps = readStory(load('generate-success'));
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'admit asked',
      'openJob completed',
      'readMessage completed',
      'startProcessing completed',
      'planGeneration completed',
      'chooseBackend completed',
      'startAttempt completed',
      'runAgent completed',
      'publishRevision completed',
      'completeJob completed',
      'nameProject asked',
    ]);
    const run = steps.find(({ name }) => name === 'runAgent');
    expect(run?.summary).toContain('猫のゲーム');
    expect(run?.waitSeconds).toBeGreaterThanOrEqual(0);
    expect(run?.seconds).toBeGreaterThanOrEqual(0);
    expect(run?.error).toBeNull();
  });

  it('tells errors by their kind, also those that a fallback made good', () => {
    const failed = readStory(load('generate-refused-by-model')).filter(({ error }) => error);
    expect(failed.map(({ name, error }) => [name, error])).toEqual([['runAgent', 'ModelRefused']]);
    const silent = readStory(load('generate-modal-time-out')).filter(({ error }) => error);
    expect(silent.map(({ state }) => state)).toContain('timed out');
    expect(silent[0]?.error).toMatch(/time-out: /);
  });

  it('knows what works now and how often it was tried', () => {
    const history = load('generate-success');
    const isRun = ({ name }: { name: string }) => name === 'runAgent';
    const event = readStory(history).find(isRun)?.event ?? 0;
    const events = (history.events ?? []).filter(({ eventId }) => Number(eventId) <= event);
    const pending = [{ event, tries: 3, isRunning: true, error: 'ModelOverloaded: busy' }];
    expect(readStory({ events }).find(isRun)?.state).toBe('waiting');
    expect(readStory({ events }, pending).find(isRun)).toMatchObject({
      state: 'running',
      tries: 3,
      earlierError: 'ModelOverloaded: busy',
    });
  });

  it('says how the run ended; of one that goes on it says nothing', () => {
    expect(endOf(load('generate-success'))).toBe('completed');
    expect(endOf(load('generate-cancel'))).toBe('cancelled');
    expect(endOf(load('generate-refused-by-model'))).toMatch(/^failed: ModelRefused/);
    expect(endOf({ events: load('generate-success').events?.slice(0, 5) ?? [] })).toBeNull();
  });

  it('takes the deepest cause of a failure, on one line', () => {
    const cause = { message: 'no\n  room', applicationFailureInfo: { type: 'DiskFull' } };
    expect(describeFailure({ message: 'Activity task failed', cause })).toBe('DiskFull: no room');
    expect(describeFailure({})).toBe('no reason given');
    expect(describeFailure(null)).toBeNull();
  });
});
