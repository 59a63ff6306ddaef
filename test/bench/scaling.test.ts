import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { fillMarked } from '../support/marked-place.js';
import { hostsFor, scalingTable, serversFor } from './scaling.js';

const words = (text: string): string[] => text.match(/[^\s|:-]+/g) ?? [];

/** `SCALING_TABLE=write` puts the table into the document. */
afterAll(async () => {
  if (process.env['SCALING_TABLE'] === 'write')
    await fillMarked('docs/scaling.md', 'scaling', scalingTable());
});

describe('what more people need', () => {
  it('servers are the fewest with which 95 of 100 wait no longer (Erlang C, tabled values)', () => {
    // Two erlangs: of three servers all are busy for 44 of 100, of four for 17, of five for 6.
    expect(serversFor(2, 1, 0)).toBe(6);
    expect(serversFor(2, 1, 0.7)).toBe(4);
    expect(serversFor(2, 1, 5)).toBe(3);
  });

  it('more people need more of everything, and large crowds less a person', () => {
    const [thousand, hundredThousand] = [hostsFor(1_000), hostsFor(100_000)];
    expect(hundredThousand.runs).toBeGreaterThan(90 * thousand.runs);
    expect(hundredThousand.runs).toBeLessThan(100 * thousand.runs);
    expect(hundredThousand.workerCores).toBeLessThan(100 * thousand.workerCores);
  });

  it('the document has the table that these numbers give', () => {
    const text = readFileSync(path.join(PROJECT_ROOT, 'docs/scaling.md'), 'utf8');
    const [, table = ''] = /<!-- scaling:begin -->(.*)<!-- scaling:end -->/s.exec(text) ?? [];
    expect(words(table)).toEqual(words(scalingTable()));
  });
});
