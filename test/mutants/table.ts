import type { Mutation } from './mutation.js';

/**
 * `survived`: the tests stayed green; `did not run`: the broken code could not even be loaded, so
 * nothing is proven; `red before`: the tests fail without the mutation.
 */
export interface Outcome {
  readonly mutation: Mutation;
  readonly end: 'killed' | 'survived' | 'did not run' | 'red before';
  /** Name of the first test that failed. */
  readonly killer: string | null;
}

/** The outcomes as a table of Markdown. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ mutation: { rule, breaks, test }, end, killer }) =>
    [rule, breaks, end, killer === null ? '–' : `${path(test)}: ${killer}`].map(cell).join(' | '),
  );
  return [
    '| Rule | With the mutation | End | Test that failed |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

const path = (test: string): string => `\`${test.split('/').at(-1)}\``;

const cell = (text: string): string => text.replaceAll('|', '\\|');
