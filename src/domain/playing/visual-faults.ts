import { z } from 'zod';
import { readable } from '../../contracts/base/readable.js';
import { JUDGED_LIMITS, VisualFault, type Judging } from '../../contracts/game/judging.js';
import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
import { words } from './judge-words.js';
import { visualFinding } from './playing-words.js';

/** A fault as a judge names it, with where it was seen. */
const NamedFault = z.object({
  what: VisualFault.shape.what,
  where: words(JUDGED_LIMITS.where),
  /** Part of the screen, from above. */
  part: z.enum(['top', 'middle', 'bottom', 'all']).catch('all'),
  /** Number on the sheet. */
  screen: z.number().int().min(1).max(99),
  severity: VisualFault.shape.severity.catch('slight'),
});
export type NamedFault = z.infer<typeof NamedFault>;
/** What a judge may name; all else in its answer is left out. */
export const NamedFaults = readable(NamedFault, JUDGED_LIMITS.faults);
/** What may be answered when it is looked at again. */
export const LookAnswer = z.object({ faults: NamedFaults });

/** Numbers of the screens with severe faults: a second look is at others. */
export function severeScreens(named: readonly NamedFault[]): number[] {
  const severe = named.filter(({ severity }) => severity === 'severe');
  return [...new Set(severe.map(({ screen }) => screen))];
}

/**
 * Faults as they are stored: a severe one that the second look has not named on another screen is
 * slight. `again` is empty where nothing was looked at again.
 */
export function faultsOf(
  named: readonly NamedFault[],
  again: readonly NamedFault[],
): VisualFault[] {
  const known = severeScreens(named);
  const others = again.filter(({ screen }) => !known.includes(screen));
  return named.map(({ what, where, part, severity }) => {
    const isThere = (other: NamedFault): boolean =>
      other.part === part || [part, other.part].includes('all');
    const isConfirmed = others.some((other) => other.what === what && isThere(other));
    return { what, where, severity: isConfirmed ? severity : 'slight', isConfirmed };
  });
}

/** The severe faults as findings for a repair. */
export function severeFaults({ judging }: Pick<PlayReport, 'judging'>): PlayFinding[] {
  return severeLooks(judging).map(visualFinding);
}

/** Has a judge looked, and named no severe fault of this kind any more? */
export function looksRightNow(report: PlayReport, finding: PlayFinding): boolean {
  const kindOf = ({ evidence }: PlayFinding): string => evidence.split(':')[0] ?? '';
  return (
    report.judging?.state === 'judged' &&
    !severeFaults(report).some((other) => kindOf(other) === kindOf(finding))
  );
}

/** What a judge saw, and saw again. */
export function severeLooks(judging: Judging | undefined): readonly VisualFault[] {
  const faults = judging?.state === 'judged' ? (judging.faults ?? []) : [];
  return faults.filter(({ severity }) => severity === 'severe');
}
