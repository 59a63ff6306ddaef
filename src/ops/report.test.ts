import { describe, expect, it } from 'vitest';
import { exitCodeOf, renderReport, type Section } from './report.js';

const GIT = { what: 'git', verdict: 'ok', detail: 'git version 2.39.5' } as const;
const BROWSER = {
  what: 'Chromium',
  verdict: 'absent',
  detail: 'not found',
  remedy: 'npm run tools',
} as const;
const MODEL = {
  what: 'Claude CLI',
  verdict: 'missing',
  detail: 'not found',
  remedy: 'npm ci',
} as const;

const oneSection = (...findings: Section['findings']): Section[] => [
  { title: 'Programs', findings },
];

describe('the report of the doctor', () => {
  it('is a table with the remedy below what is not there', () => {
    expect(renderReport(oneSection(GIT, BROWSER, MODEL))).toBe(
      [
        'Programs',
        '  ok       git         git version 2.39.5',
        '  absent   Chromium    not found',
        '                       → npm run tools',
        '  MISSING  Claude CLI  not found',
        '                       → npm ci',
        '',
        'Missing: Claude CLI.',
      ].join('\n'),
    );
  });

  it('keeps its columns over all sections', () => {
    const text = renderReport([
      ...oneSection(GIT),
      { title: 'Stack', findings: [{ what: 'a long name', verdict: 'ok', detail: 'up' }] },
    ]);
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('  '))
        .map((line) => line.search(/git version|up$/)),
    ).toEqual([24, 24]);
  });

  it('fails for what is required, and not for what only some things need', () => {
    expect(exitCodeOf(oneSection(GIT, BROWSER))).toBe(0);
    expect(renderReport(oneSection(GIT, BROWSER))).toContain('Everything required is there.');
    expect(exitCodeOf(oneSection(GIT, MODEL))).toBe(1);
  });

  it('says no remedy for what is there', () => {
    expect(renderReport(oneSection({ ...GIT, remedy: 'apt-get install git' }))).not.toContain('→');
  });
});
