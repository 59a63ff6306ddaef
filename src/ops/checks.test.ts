import { describe, expect, it } from 'vitest';
import { diskSpace } from '../checks/machine.js';
import { checkNode } from './programs.js';

describe('what the doctor decides on', () => {
  it.each([
    ['20.18.3', 'missing'],
    ['18.20.0', 'missing'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
  ])('Node.js %s is %s', (version, verdict) => {
    expect(checkNode(version).verdict).toBe(verdict);
  });

  it('a disk with less than 512 MiB is too full', () => {
    expect(diskSpace(511 * 1024 * 1024)).toMatchObject({
      verdict: 'missing',
      detail: '511 MiB free (needs 512)',
    });
    expect(diskSpace(512 * 1024 * 1024).verdict).toBe('ok');
  });
});
