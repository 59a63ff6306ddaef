import type { Mutation } from './mutation.js';

/** Rules that could be broken without a red test at one time. */
export const SURVIVORS: readonly Mutation[] = [
  {
    rule: 'F1',
    breaks: '`cancel` without an id says cancelled past the commit point',
    file: 'src/api/sockets/job-handlers.ts',
    find: "if (!row || row.status === 'cancelled') return session",
    replace: 'if (!row || reply.jobId === undefined) return session',
    test: 'test/recovery/restarts.test.ts',
    named: 'F1: a job past its commit point',
  },
  {
    rule: 'B3',
    breaks: 'an orphaned job fails although its version is published',
    file: 'src/activities/watch/orphaned-rows.ts',
    find: 'await store.revisions.ofJob(job.id);',
    replace: 'await store.revisions.ofJob(job.user_id);',
    test: 'test/contract/ops/watch.test.ts',
  },
  {
    rule: 'C2',
    breaks: 'events of an overtaken attempt are stored as those of the next one',
    file: 'src/stream/ingest.ts',
    find: 'if (attempt < this.#pending.attempt) return;',
    replace: 'if (attempt < 0) return;',
    test: 'src/stream/ingest.test.ts',
    named: 'brings none of its events',
  },
  {
    rule: 'F2',
    breaks: 'a file takes its place before its row has ended',
    file: 'src/store/files/stored-file.ts',
    find: 'if (await endRow()) isKept = await placeFile(draft, file).then(() => true, nothingThere);',
    replace:
      'isKept = (await placeFile(draft, file).then(() => true, nothingThere)) && (await endRow());',
    test: 'src/store/files/stored-file.test.ts',
  },
  {
    rule: 'F3',
    breaks: 'a clock that is set back hides silence',
    file: 'src/activities/frame/silence.ts',
    find: 'if (performance.now() < nextLookMs) return;',
    replace: 'if (Date.now() < nextLookMs + performance.timeOrigin) return;',
    test: 'src/activities/frame/silence.test.ts',
  },
  {
    rule: 'H2',
    breaks: 'an action whose row ended otherwise is told as completed',
    file: 'src/workflows/common/run-action.ts',
    find: "if (await shared.completeAction({ actionId, result })) return { ended: 'completed', result };",
    replace:
      "await shared.completeAction({ actionId, result }); return { ended: 'completed', result };",
    test: 'test/workflows/images.test.ts',
    named: 'H2: a row that was',
  },
  {
    rule: 'K3',
    breaks: 'a follower is told two jobs at once',
    file: 'src/stream/project-follower.ts',
    find: 'if (subscribedJob !== null && !this.#endedJobs.has(subscribedJob)) return;',
    replace: "if (subscribedJob === '') return;",
    test: 'src/stream/project-follower.test.ts',
  },
  {
    rule: 'E4',
    breaks: 'a full disk is told as an unknown failure',
    file: 'src/activities/frame/typed-failures.ts',
    find: 'throw toFailure(asDiskFull(error, String(error)));',
    replace: 'throw toFailure(error);',
    test: 'src/activities/frame/typed-failures.test.ts',
  },
  {
    rule: 'H2',
    breaks: 'no operator hears of an action that fails for want of room',
    file: 'src/activities/shared/action-rows.ts',
    find: 'if (alert)',
    replace: 'if (alert && detail !== detail)',
    test: 'test/contract/store/action-rows.test.ts',
  },
];
