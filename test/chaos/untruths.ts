import { severeLooks } from '../../src/domain/playing/visual-faults.js';
import type { Run } from './actors.js';
import type { Evidence, RevisionFacts } from './evidence.js';

/** Words that stand in what a player is told; without them a game is taken for done (J3, J4). */
const SAYS = {
  broken: /試しに遊んでみたところ/,
  unplayed: /動きを確かめていません/,
  unmet: /まだできていないこと/,
  mended: /は、直してあります/,
  looks: /見た目がまだ整っていない/,
};
/** Of these nobody sees anything: as first games they are refused. */
const SHOWS_NOTHING = ['throws', 'blank'];
/** Says itself that it is not what it was to be, and plays. */
const UNMET = 'unmet';
/** Of these no play can find anything: a judge may, and no finding of a judge is a gate. */
const JUDGED_ONLY = [UNMET, 'looks'];

interface HandedOver {
  readonly run: Run;
  readonly row: RevisionFacts;
  /** Faults in the page of the version. */
  readonly faults: readonly string[];
}

/** Versions that a run made and whose play stands in their row. */
function handedOver({ diary, revisions, stored }: Evidence): HandedOver[] {
  const byJob = new Map(revisions.map((row) => [row.job_id, row]));
  return diary.runs.flatMap((run) => {
    const row = byJob.get(run.jobId);
    if (run.end !== 'completed' || !row?.play) return [];
    const objects = stored.find(({ projectId }) => projectId === run.projectId);
    return [{ run, row, faults: objects?.commits[row.revision]?.faults ?? [] }];
  });
}

/**
 * What players were told of their games that is not so: the page of a version says which faults it
 * has, whatever the product makes of them (J1-J4). A failure has to say why.
 */
export function untruths(evidence: Evidence): string[] {
  const games = handedOver(evidence).flatMap((game) =>
    untruthsOf(game).map((what) => `${nameOf(game.run)}: ${what}`),
  );
  const failures = evidence.diary.runs
    .filter(({ end, told }) => end === 'failed' && (told.message === '' || told.code === null))
    .map((run) => `${nameOf(run)}: failed, and nothing says why`);
  return [...games, ...failures];
}

function untruthsOf({ run: { told }, row, faults }: HandedOver): string[] {
  const { verdict, judging } = row.play!;
  // Whoever never saw the game over cannot know what comes then.
  const isSeen = (name: string): boolean =>
    !JUDGED_ONLY.includes(name) && (name !== 'dead-end' || row.play?.seen?.isOver === true);
  const hard = faults.filter(isSeen);
  const isMissed = judging?.state === 'judged' && judging.checks.some(isUnmet);
  const isUgly = severeLooks(judging).length > 0;
  const rules: readonly [isBroken: boolean, what: string][] = [
    [told.verdict !== verdict, `${verdict} in its row, told as ${told.verdict ?? 'nothing'}`],
    [hard.length > 0 && verdict === 'plays', `has ${hard.join()} and is said to play`],
    [hard.length === 0 && verdict === 'broken', 'has no fault and is said to be broken'],
    [verdict === 'broken' && !SAYS.broken.test(told.message), 'broken and told as done'],
    [verdict === 'unplayed' && !SAYS.unplayed.test(told.message), 'unplayed and told as done'],
    [isMissed && !SAYS.unmet.test(told.message), 'a check is unmet and told as done'],
    [isUgly && !SAYS.looks.test(told.message), 'does not look right and told as done'],
    [
      row.ordinal === 1 &&
        verdict === 'broken' &&
        hard.some((name) => SHOWS_NOTHING.includes(name)),
      'shows nothing and was handed over',
    ],
    [
      row.ordinal === 1 && faults.includes(UNMET) && judging?.state === 'judged' && !isMissed,
      'is not what it was to be and was passed',
    ],
  ];
  return rules.flatMap(([isBroken, what]) => (isBroken ? [what] : []));
}

const isUnmet = ({ answer }: { answer: string }): boolean => answer === 'unmet';
const nameOf = ({ jobId, doing, fault }: Run): string =>
  `job ${jobId} (${doing}${fault === null ? '' : `, ${fault}`})`;

/** How games with each fault ended, for a person; nothing where none was asked for. */
export function faultLines(evidence: Evidence): string[] {
  const asked = evidence.diary.runs.filter(({ fault }) => fault !== null);
  const faults = [...new Set(asked.map(({ fault }) => fault!))].sort();
  const lines = faults.map((fault) => {
    const ends = asked.filter((run) => run.fault === fault).map(endOf);
    const counts = [...new Set(ends)].map(
      (end) => `${ends.filter((other) => other === end).length} ${end}`,
    );
    return `  ${fault}: ${counts.join(', ')}`;
  });
  return lines.length > 0 ? ['games that were to be broken:', ...lines] : [];
}

function endOf({ end, told: { code, verdict, message } }: Run): string {
  if (end !== 'completed') return [end ?? 'no end', code].filter(Boolean).join(' ');
  if (verdict === null) return 'answered';
  return SAYS.mended.test(message) ? `mended, ${verdict}` : `told as ${verdict}`;
}
