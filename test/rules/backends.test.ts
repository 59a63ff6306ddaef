import { parseSync, Visitor } from 'oxc-parser';
import { expect, it } from 'vitest';
import { Backend } from '../../src/contracts/execution/backends.js';
import { trackedTexts } from './files.js';

/** The two places of what differs between backends (N4). */
const PLACES = /^src\/(contracts\/execution\/backends\.ts|activities\/(local|modal)\/)/;
const NAMES: ReadonlySet<unknown> = new Set(Backend.options);
/** The keys of alerts are texts of the database, and are compared with nothing. */
const ALERT_KEY = /^key: '\w+'$/;

/** Line numbers where a backend is told apart by its name: compared, listed, typed or chosen. */
function namesIn(file: string, text: string): number[] {
  const lines: number[] = [];
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length;
  new Visitor({
    Literal({ value, start, end }) {
      if (!NAMES.has(value) || ALERT_KEY.test(text.slice(start - 5, end))) return;
      lines.push(lineOf(start));
    },
    MemberExpression({ object, property, start }) {
      if (object.type !== 'Identifier' || object.name !== 'BACKENDS') return;
      if (property.type === 'Identifier' && NAMES.has(property.name)) lines.push(lineOf(start));
    },
  }).visit(parseSync(file, text).program);
  return lines;
}

it('N4: code asks the spec of a backend and never its name', () => {
  const named = trackedTexts()
    .filter(({ file }) => /^src\/.*(?<!\.test)\.ts$/.test(file) && !PLACES.test(file))
    .flatMap(({ file, text }) => namesIn(file, text).map((line) => `${file}:${line}`));
  expect(named).toEqual([]);
});

it('N4: a comparison, a case, a type and a list of names are found', () => {
  const text = [
    "if (backend === 'modal') go();",
    "switch (backend) { case 'local': }",
    "type Where = 'local' | number;",
    "const names = ['modal'];",
    'BACKENDS.modal.queue;',
    "raise({ key: 'modal' }); import('./modal/open.js');",
  ].join('\n');
  expect(namesIn('it.ts', text)).toEqual([1, 2, 3, 4, 5]);
});
