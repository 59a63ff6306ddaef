import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import { PROJECT_ROOT } from '../../src/config.js';
import type { Tally } from './wall.js';

const FILE = path.join(PROJECT_ROOT, 'docs/security.md');
const [BEGIN, END] = ['<!-- redteam:begin -->', '<!-- redteam:end -->'];

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
export async function writeTable(table: string): Promise<void> {
  const text = await readFile(FILE, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${FILE} has no place for the table`);
  const filled = `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
  await writeFile(FILE, await format(filled, { parser: 'markdown', printWidth: 100 }));
}
