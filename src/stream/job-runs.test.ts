import { describe, expect, it } from 'vitest';
import { JobFacts, type FactsSource } from './job-facts.js';
import { readRun, type RowlessRun } from './job-runs.js';

describe('I3: a run without a row', () => {
  it('may go on where it cannot be asked', async () => {
    const refuses = async (): Promise<never> => Promise.reject(new Error('no answer'));
    const errors: unknown[] = [];
    const source = { rowlessRun: refuses } as unknown as FactsSource;
    const facts = new JobFacts('job', source, (error) => errors.push(error));
    expect(await facts.rowlessRun()).toEqual({ state: 'running' });
    expect(errors).toHaveLength(1);
  });

  it.each<[string, string | undefined, string | undefined, RowlessRun]>([
    ['RUNNING', undefined, undefined, { state: 'running' }],
    ['FAILED', 'refused', 'USER_LIMIT_EXCEEDED', { state: 'ended', kind: 'USER_LIMIT_EXCEEDED' }],
    ['FAILED', 'failed', 'ModelRefused', { state: 'unknown' }],
    ['COMPLETED', 'completed', undefined, { state: 'unknown' }],
    ['COMPLETED', 'queued', undefined, { state: 'queued' }],
    ['TERMINATED', undefined, undefined, { state: 'ended', kind: 'RunCrashed' }],
  ])('that is %s (%s, %s)', (status, outcome, failureKind, expected) => {
    expect(readRun({ status, outcome, failureKind })).toEqual(expected);
  });
});
