import { describe, expect, it } from 'vitest';
import { readRun, type RowlessRun } from './job-runs.js';

describe('I3: a run without a row', () => {
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
