import { fillMarked } from '../support/marked-place.js';
import type { Tally } from './wall.js';

export type Results = readonly (readonly [name: string, tally: Tally])[];

/** How many tries each wall has held, as a table of Markdown. */
export function tableOf(results: Results): string {
  const rows = results.map(([name, { tries, held }]) => `| ${name} | ${tries} | ${held} |`);
  const sum = (of: (tally: Tally) => number): number =>
    results.reduce((total, [, tally]) => total + of(tally), 0);
  const all = `| all | ${sum(({ tries }) => tries)} | ${sum(({ held }) => held)} |`;
  return ['| Wall | Tries | Held |', '| --- | --: | --: |', ...rows, all].join('\n');
}

/** Puts the table between the marks of docs/security.md. */
export const writeTable = (table: string): Promise<void> =>
  fillMarked('docs/security.md', 'redteam', table);
