import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import type { ChaosReport } from './chaos.js';
import { faultLines } from './untruths.js';

const FOLDER = path.join(PROJECT_ROOT, 'test-results', 'chaos');

/** The last lines of a chaos run, for a person. */
export function summary({ seed, verdict, evidence, kills, plays, tookMs }: ChaosReport): string {
  const { runs, restores, calls, deleted } = evidence.diary;
  const ends = ['completed', 'failed', 'cancelled']
    .map((end) => `${runs.filter((run) => run.end === end).length} ${end}`)
    .join(', ');
  const targets = [...new Set(kills.map(({ target }) => target))]
    .map(
      (target) =>
        `${target} ` +
        `${kills.filter((kill) => kill.target === target && kill.victim !== null).length}`,
    )
    .join(', ');
  const counts = Object.entries(verdict)
    .map(([name, findings]: [string, string[]]) => `${name} ${findings.length}`)
    .join(' · ');
  const findings = Object.entries(verdict).flatMap(([name, list]: [string, string[]]) =>
    list.map((line) => `  ${name}: ${line}`),
  );
  return [
    ...findings,
    ...faultLines(evidence),
    ...[...new Set(plays)].map(
      (words) => `calls of the tool: ${plays.filter((each) => each === words).length} ${words}`,
    ),
    `${runs.length} runs (${ends}), ${restores.length} restores, ${calls.length} images and ` +
      `videos (${calls.filter(({ status }) => status === 200).length} made), ` +
      `${deleted.size} projects deleted, killed or troubled: ` +
      `${targets || 'nothing'}; ${Math.round(tookMs / 1000)} s`,
    `${counts} · seed ${seed}`,
  ].join('\n');
}

/**
 * Everything about a run in test-results/chaos/<seed>.json, what the processes wrote beside it;
 * answers the first one's path.
 */
export async function save(report: ChaosReport): Promise<string> {
  const {
    seed,
    options,
    verdict,
    kills,
    plays,
    tookMs,
    evidence: { diary, ...found },
    logs,
  } = report;
  await mkdir(FOLDER, { recursive: true });
  const file = path.join(FOLDER, `${seed}.json`);
  const { deleted, ...told } = diary;
  const head = { seed, options, verdict, tookMs, kills, plays };
  const all = { ...head, ...told, accounts: undefined, deleted: [...deleted], found };
  await writeFile(file, `${JSON.stringify(all, null, 1)}\n`);
  await writeFile(path.join(FOLDER, `${seed}.log`), logs);
  return file;
}
