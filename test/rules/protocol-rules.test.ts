import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/**
 * The rules of the protocol that this code base promises so far; each has a test whose name says
 * so.
 */
const RULES = [
  ...['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8'],
  ...['B1', 'B2', 'B3'],
  ...['C1', 'C2', 'C3', 'C4'],
  ...['D1', 'D2', 'D3', 'D4', 'D5'],
  ...['E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7'],
  ...['F1', 'F2', 'F3'],
  'G2',
];

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean);
const titles = files.flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /\b(?:it|test|describe)(?:\.each\([\s\S]*?\))?\(\s*(['"`])([\s\S]*?)\1/g,
    ),
  ].map((match) => match[2] ?? ''),
);

it.each(RULES)('rule %s is named by a test that proves it', (rule) => {
  expect(titles.filter((title) => new RegExp(`\\b${rule}\\b`).test(title))).not.toHaveLength(0);
});
