import { isRight, type Played, type Row } from './score.js';

const share = (yes: number, of: number): string =>
  of === 0 ? '–' : `${Math.floor((100 * yes) / of)} %`;

/** All numbers as tables of Markdown: those that are asked for, then each operator's. */
export function tablesOf(rows: readonly Row[], played: readonly Played[]): string {
  const asked = rows.map(
    ({ what, aim, yes, of }) => `| ${what} | ${of} | ${yes} | ${share(yes, of)} | ${aim} |`,
  );
  return [
    '| What | Of | So | Share | Asked |',
    '| --- | --: | --: | --: | --: |',
    ...asked,
    '',
    ...byOperator(played),
  ].join('\n');
}

/** For each kind of edit a line with its operators: found of those that could be. */
function byOperator(played: readonly Played[]): string[] {
  const decided = played.flatMap(({ of, outcome, plain }) => {
    const right = isRight({ of, outcome, plain });
    return right === null ? [] : [{ kind: of.kind, operator: of.operator, right }];
  });
  return [...new Set(decided.map(({ kind }) => kind))].map((kind) => {
    const ofKind = decided.filter((each) => each.kind === kind);
    const counts = [...new Set(ofKind.map(({ operator }) => operator))].toSorted().map((name) => {
      const of = ofKind.filter(({ operator }) => operator === name);
      return `${name} ${of.filter(({ right }) => right).length}/${of.length}`;
    });
    return `- _${kind}_: ${counts.join(', ')}`;
  });
}

/** What was missed, for people. */
export function listOf(rows: readonly Row[]): string {
  return rows
    .filter(({ misses }) => misses.length > 0)
    .map(({ what, misses }) => `not so: ${what}\n${misses.map((each) => `  ${each}`).join('\n')}`)
    .join('\n\n');
}
