import type { Finding, Verdict } from '../checks/finding.js';

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const MARKS: Readonly<Record<Verdict, string>> = { ok: 'ok', absent: 'absent', missing: 'MISSING' };
const MARK_WIDTH = 9;

/**
 * The report as a person reads it: a table for each section, remedies below their line, the sum at
 * the end.
 */
export function renderReport(sections: readonly Section[]): string {
  const width =
    Math.max(...sections.flatMap(({ findings }) => findings.map(({ what }) => what.length))) + 2;
  const lines = sections.flatMap(({ title, findings }) => [
    title,
    ...findings.flatMap((finding) => lineOf(finding, width)),
    '',
  ]);
  return [...lines, summaryOf(sections)].join('\n');
}

/** 1 when something required is missing, else 0. */
export function exitCodeOf(sections: readonly Section[]): 0 | 1 {
  return missingIn(sections).length > 0 ? 1 : 0;
}

function lineOf({ what, verdict, detail, remedy }: Finding, width: number): string[] {
  const line = `  ${MARKS[verdict].padEnd(MARK_WIDTH)}${what.padEnd(width)}${detail}`;
  return verdict === 'ok' || remedy === undefined
    ? [line]
    : [line, `${' '.repeat(2 + MARK_WIDTH + width)}→ ${remedy}`];
}

function summaryOf(sections: readonly Section[]): string {
  const missing = missingIn(sections).map(({ what }) => what);
  return missing.length === 0 ? 'Everything required is there.' : `Missing: ${missing.join(', ')}.`;
}

function missingIn(sections: readonly Section[]): Finding[] {
  return sections
    .flatMap(({ findings }) => findings)
    .filter(({ verdict }) => verdict === 'missing');
}
