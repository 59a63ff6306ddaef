import type { PlayFinding, PlayReport, PlayResult } from '../../contracts/game/play.js';
import { playOf, reportOf } from '../../domain/playing/playing.js';
import { seenWith } from '../../domain/playing/progress.js';
import type { FirstPart } from './first-part.js';
import type { Life } from './life.js';

/** Of a play that has come to no end nothing counts. */
export function unplayed(gameTree: string, reason: string, tookMs: number): PlayResult {
  const base = { ...playOf(gameTree), findings: [], notes: [], states: [] };
  const unseen = { sheet: null, screen: null, card: null, loop: null, tapes: null, moments: [] };
  return { ...base, ...unseen, verdict: 'unplayed', reason, tookMs };
}

/** The report of both parts. A score that lives have moved is not still. */
export function reportWith(
  first: FirstPart,
  found: { readonly [part in 'findings' | 'notes']: readonly PlayFinding[] },
  { lives, ...of }: { lives: readonly Life[]; needs: string[]; gameTree: string },
): PlayReport {
  const facts = lives.map((life) => life.facts);
  const seen = first.seen && seenWith(first.seen, facts);
  const isMoved = seen?.scoreMoved === true;
  const notes = [...first.notes, ...found.notes].filter(
    ({ code }) => code !== 'still-score' || !isMoved,
  );
  const findings = [...first.findings, ...found.findings];
  return reportOf(findings, notes, { ...of, ...(seen && { seen }) });
}
