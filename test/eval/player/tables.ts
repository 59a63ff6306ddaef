import type { Played, Row } from './score.js';

const share = (yes: number, of: number): string =>
  of === 0 ? '–' : `${Math.floor((100 * yes) / of)} %`;

/** All numbers as tables of Markdown. */
export function tablesOf(rows: readonly Row[], played: readonly Played[]): string {
  const lines = rows.map(
    ({ what, aim, yes, of }) => `| ${what} | ${of} | ${yes} | ${share(yes, of)} | ${aim} |`,
  );
  return [
    '| What | Of | So | Share | Asked |',
    '| --- | --: | --: | --: | --: |',
    ...lines,
    '',
    ...byOperator(played),
  ].join('\n');
}

function byOperator(_played: readonly Played[]): string[] {
  return [];
}

/** What was missed, for people. */
export function listOf(rows: readonly Row[]): string {
  return rows
    .filter(({ misses }) => misses.length > 0)
    .map(({ what, misses }) => `not so: ${what}\n${misses.map((each) => `  ${each}`).join('\n')}`)
    .join('\n\n');
}
