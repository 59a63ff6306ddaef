import type { Mutation } from './mutation.js';

const GENERATE_GAME = 'test/workflows/generate-game.test.ts';
const DELETE = 'test/workflows/restore-delete.test.ts';

/** Rules that workflows keep. */
export const WORKFLOW_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'A1',
    breaks: 'a second message of a project starts a second writer',
    file: 'src/contracts/ids.ts',
    find: 'return `project/${projectId.toLowerCase()}/job`;',
    replace: 'return `project/${projectId.toLowerCase()}/job/${Math.random()}`;',
    test: 'test/workflows/admission.test.ts',
  },
  {
    rule: 'A3',
    breaks: 'the same message sent twice is two jobs',
    file: 'src/contracts/ids.ts',
    find: 'return uuidv5(`${projectId.toLowerCase()}${messageId.toLowerCase()}`, NAMESPACE);',
    replace: 'return uuidv5(`${projectId}${messageId}${Math.random()}`, NAMESPACE);',
    test: 'test/contract/ws/jobs.test.ts',
    named: 'A3',
  },
  {
    rule: 'A5',
    breaks: 'a message is taken in while its writer publishes',
    file: 'src/workflows/generate-game.ts',
    find: "    this.closing = true;\n    setCurrentDetails('保存中 (publishing)');",
    replace: "    setCurrentDetails('保存中 (publishing)');",
    test: GENERATE_GAME,
  },
  {
    rule: 'A5',
    breaks: 'a generation ends while callers wait for its answer',
    file: 'src/workflows/generate-game.ts',
    find: '    await condition(allHandlersFinished);\n',
    replace: '',
    test: GENERATE_GAME,
  },
  {
    rule: 'D1',
    breaks: 'events that came too early are lost when the stream continues as new',
    file: 'src/stream/stream-state.ts',
    find: 'early: [...this.#early.items],',
    replace: 'early: [],',
    test: 'test/workflows/job-stream.test.ts',
  },
  {
    rule: 'F1',
    breaks: 'a cancel stops whatever job the project has',
    file: 'src/workflows/generate-game.ts',
    find: "    if (jobId !== this.input.jobId) return { outcome: 'otherJob' };\n",
    replace: '',
    test: GENERATE_GAME,
  },
  {
    rule: 'F2',
    breaks: 'a delete removes rows and files under work that still writes',
    file: 'src/workflows/delete-project.ts',
    find: '  return shared.awaitRunsEnded({ runs, waitMs: WORK_END_MS });',
    replace: '  return [];',
    test: DELETE,
  },
  {
    rule: 'F2',
    breaks: 'files that slow work wrote after the delete stay',
    file: 'src/workflows/delete-project.ts',
    find: '  if (removed && left.length > 0) await removeAfterLast(ref, left);\n',
    replace: '',
    test: DELETE,
  },
  {
    rule: 'G1',
    breaks: 'a message fails while Modal is down',
    file: 'src/workflows/next-attempt.ts',
    find: "if (attempts >= limit || isTooSlow) return { next: 'local' };",
    replace: "if (attempts >= limit || isTooSlow) return { next: 'giveUp' };",
    test: 'test/workflows/backend.test.ts',
  },
  {
    rule: 'H2',
    breaks: 'a cancel of an action ends its row and not its work',
    file: 'src/workflows/run-action.ts',
    find: '      this.scope.cancel();\n',
    replace: '',
    test: 'test/workflows/images.test.ts',
  },
  {
    rule: 'I4',
    breaks: 'a cancelled job looks completed to an operator',
    file: 'src/workflows/generate-game.ts',
    find: "    if (ended === 'cancelled') throw cancelledRun();\n",
    replace: '',
    test: GENERATE_GAME,
  },
];
