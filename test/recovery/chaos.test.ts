import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChaos } from '../chaos/chaos.js';
import { isClean, judge } from '../chaos/checker.js';
import { collectEvidence, type Evidence } from '../chaos/evidence.js';
import { summary } from '../chaos/report.js';
import { collectServed } from '../chaos/served.js';
import { gameIdFor } from '../../src/contracts/base/ids.js';
import type { PlayReport } from '../../src/contracts/game/play.js';
import { patient } from '../support/patience.js';

/** The short version of `npm run chaos`. */
type Outcome = Awaited<ReturnType<typeof runChaos>>;
let outcome: Outcome;
beforeAll(async () => {
  outcome = await runChaos({ seed: 'ci', runs: 20, users: 6, minGapMs: 3_000, maxGapMs: 12_000 });
}, patient(400_000));
afterAll(() => outcome.stack.stop());

const NOTHING = { lost: [], doubled: [], stuck: [], leaked: [], damaged: [], unplayed: [] };

describe('A8: users play while worker, API, runner, CLI, gateway and PostgreSQL are killed', () => {
  it('nothing is lost, doubled, stuck, leaked or damaged', () => {
    expect(outcome.verdict, summary(outcome)).toEqual(NOTHING);
    expect(outcome.evidence.diary.runs.length).toBeGreaterThanOrEqual(20);
    expect(outcome.kills.filter(({ victim }) => victim !== null).length).toBeGreaterThan(1);
  });
});

describe('the checker sees what it is there to see', () => {
  const doctored = (change: (evidence: Evidence) => void): ReturnType<typeof judge> => {
    const copy = structuredClone(outcome.evidence);
    change(copy);
    return judge(copy);
  };
  const completed = ({ diary }: Evidence) =>
    diary.runs.find(({ doing, end }) => doing === 'make' && end === 'completed')!;

  it('a second version of one job', () => {
    expect(
      doctored((evidence) => {
        const isNewest = (row: Evidence['revisions'][number]) =>
          evidence.revisions.every(
            (other) => other.project_id !== row.project_id || other.ordinal <= row.ordinal,
          );
        const row = evidence.revisions.find(isNewest)!;
        evidence.revisions.push({ ...row, ordinal: row.ordinal + 1, parent: row.revision });
      }),
    ).toMatchObject({
      doubled: [expect.stringContaining('more than one version')],
      lost: [expect.stringContaining('row and object disagree')],
    });
  });

  it('a chat line that is there twice, and one that is missing', () => {
    // What was said once in its project, and done.
    const indexIn = ({ diary: { messages, runs }, chatLines }: Evidence): number => {
      const isSaid = (projectId: string, text: string | null) =>
        messages.filter((each) => each.projectId === projectId && each.content === text);
      return chatLines.findIndex(({ project_id, role, message }) => {
        const [said, ...again] = role === 'user' ? isSaid(project_id, message) : [];
        return (
          again.length === 0 &&
          runs.some(({ messageId, end }) => messageId === said?.messageId && end === 'completed')
        );
      });
    };
    expect(
      doctored((evidence) => {
        evidence.chatLines.push({ ...evidence.chatLines[indexIn(evidence)]!, id: randomUUID() });
      }).doubled,
    ).toHaveLength(1);
    expect(
      doctored((evidence) => {
        evidence.chatLines.splice(indexIn(evidence), 1);
      }).lost,
    ).toHaveLength(1);
  });

  it('a job without a row, and an end that nobody heard', () => {
    expect(
      doctored((evidence) => {
        evidence.jobs = evidence.jobs.filter(({ id }) => id !== completed(evidence).jobId);
      }).lost,
    ).toContainEqual(expect.stringContaining('there is no row'));
    expect(
      doctored((evidence) => {
        completed(evidence).end = null;
      }).lost,
    ).toContainEqual(expect.stringContaining('no end was heard'));
  });

  it('a published version whose object is gone', () => {
    const objectsOf = (evidence: Evidence) =>
      evidence.stored.find(({ projectId }) => projectId === completed(evidence).projectId)!;
    expect(
      doctored((evidence) => {
        objectsOf(evidence).commits = {};
      }).lost,
    ).toContainEqual(expect.stringContaining('its object cannot be read'));
  });

  it('an upload that no row has; a game that is not served, or was not played', async () => {
    const { stack, evidence } = outcome;
    const made = completed(evidence);
    const found = await collectServed(stack, evidence.diary, {
      uploads: [{ hash: 'gone', answeredMs: 0 }],
      published: new Set([made.projectId]),
    });
    expect(found.damaged).toEqual(['upload: gone']);
    expect([...new Set(found.unplayed)]).toEqual([
      expect.stringMatching(`/api/games/${gameIdFor(made.projectId)}: 40\\d$`),
    ]);
    const play = { verdict: 'unplayed', reason: 'FILE_NOT_FOUND' } as PlayReport;
    expect(
      doctored(({ revisions }) => {
        revisions.find(({ job_id }) => job_id === made.jobId)!.play = play;
      }).unplayed,
    ).toHaveLength(1);
  });

  it('an image that was answered and is not there, was paid twice, or is another one', () => {
    const call = {
      actionId: randomUUID(),
      userId: '',
      projectId: null,
      kind: 'image' as const,
      status: 200,
      again: 200,
    };
    expect(doctored(({ diary }) => diary.calls.push(call)).lost).toEqual([
      expect.stringContaining('its row says nothing'),
    ]);
    expect(doctored(({ diary }) => diary.calls.push({ ...call, again: 500 })).lost).toEqual([
      expect.stringContaining('500 when asked again'),
    ]);
    const paid = [1, 2].map(() => ({ id: randomUUID(), job_id: call.actionId }));
    expect(doctored((evidence) => evidence.paid.push(...paid)).doubled).toHaveLength(1);
  });

  it('rows and objects of a project that was deleted', () => {
    expect(
      doctored((evidence) => {
        evidence.diary.deleted.add(completed(evidence).projectId);
      }).leaked,
    ).toEqual([expect.stringContaining('rows of'), expect.stringContaining('objects of')]);
  });

  it('text that was heard twice or not at all', () => {
    const followed = (evidence: Evidence) =>
      Object.assign(completed(evidence), {
        isFollowed: true,
        places: [1, 2, 3].map((seq) => ({ attempt: 1, seq })),
      });
    expect(
      doctored((evidence) => {
        followed(evidence).places.push({ attempt: 1, seq: 1 });
      }).doubled,
    ).toHaveLength(1);
    expect(
      doctored((evidence) => {
        followed(evidence).places.splice(1, 1);
      }).lost,
    ).toHaveLength(1);
    expect(isClean(doctored(followed))).toBe(true);
  });

  it('an active row without work in the database; a process or folder left behind', async () => {
    const { stack, evidence } = outcome;
    const { userId, projectId } = completed(evidence);
    const database = createClient(
      stack.env['SUPABASE_URL'] ?? '',
      stack.env['SUPABASE_SERVICE_ROLE_KEY'] ?? '',
      { auth: { persistSession: false } },
    );
    const { error } = await database
      .from('jobs')
      .insert({ user_id: userId, project_id: projectId, status: 'processing' });
    expect(error).toBeNull();
    const found = await collectEvidence(stack, evidence.diary, {
      runs: new Set(),
      terminated: evidence.terminated,
    });
    expect(judge(found).stuck).toContainEqual(expect.stringContaining('still processing'));
    expect(
      doctored(({ processes, scratchFolders }) => {
        processes.push('1 claude');
        scratchFolders.push('left');
      }).leaked,
    ).toHaveLength(2);
  });
});
