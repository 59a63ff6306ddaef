import type { Mutation } from './mutation.js';

const REORDER = 'src/stream/reorder-buffer.test.ts';
const FEED = 'src/stream/job-feed.test.ts';
const SUBSCRIBERS = 'src/stream/subscribers.test.ts';
const DURABLE_CALLS = 'test/contract/modal/durable-calls.test.ts';

/** Rules that the stream, the callback and calls on Modal keep. */
export const STREAM_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'C1',
    breaks: 'work whose worker died before its first heartbeat is paid again',
    file: 'src/activities/modal/durable-call.ts',
    find: 'return this.deps.marks.find(callId);',
    replace: 'return null;',
    test: DURABLE_CALLS,
  },
  {
    rule: 'C1',
    breaks: 'the work of a living worker is ended by another one that starts',
    file: 'src/activities/work-notes.ts',
    find: '(await processOf(pid))?.startedAt !== startedAt;',
    replace: 'pid > 0 && startedAt.length > 0;',
    test: 'src/activities/work-notes.test.ts',
  },
  {
    rule: 'C2',
    breaks: 'events whose post was lost are not sent again',
    file: 'src/runner/callback/outbox.ts',
    find: '    this.sent = this.acked;\n',
    replace: '',
    test: 'src/runner/callback/outbox.test.ts',
  },
  {
    rule: 'C2',
    breaks: 'an attempt that nobody wants any more goes on and is paid',
    file: 'src/api/callback/router.ts',
    find: 'response.status(answer.cancel ? 410 : 200)',
    replace: 'response.status(200)',
    test: 'src/api/callback/router.test.ts',
  },
  {
    rule: 'C3',
    breaks: 'the runner forgets events that are in no durable stream yet',
    file: 'src/stream/pending-events.ts',
    find: '  get acked(): number {\n    return this.#acked;',
    replace: '  get acked(): number {\n    return this.top;',
    test: 'src/stream/pending-events.test.ts',
  },
  {
    rule: 'D1',
    breaks: 'an event that was signalled twice is in the stream twice',
    file: 'src/stream/reorder-buffer.ts',
    find: ' || known.has(keyOf(item))',
    replace: '',
    test: REORDER,
  },
  {
    rule: 'D1',
    breaks: 'events leave the stream in the order in which they came',
    file: 'src/stream/reorder-buffer.ts',
    find: '    this.#items.sort(compareCursors);\n',
    replace: '',
    test: REORDER,
  },
  {
    rule: 'D2',
    breaks: 'live text is shown although text before it is missing',
    file: 'src/stream/delivery.ts',
    find: '(state.started && follows(state.cursor, item))',
    replace: 'state.started',
    test: FEED,
  },
  {
    rule: 'D2',
    breaks: 'text is shown twice: from the live path and from the stream',
    file: 'src/stream/delivery.ts',
    find: '  if (compareCursors(item, state.cursor) <= 0) return false;\n',
    replace: '',
    test: FEED,
  },
  {
    rule: 'D3',
    breaks: 'text of a new attempt is put behind that of the old one',
    file: 'src/stream/delivery.ts',
    find: 'return item.attempt > 1 && item.attempt > state.cursor.attempt && !isClosing(item);',
    replace: 'return item.attempt > 9;',
    test: FEED,
  },
  {
    rule: 'D5',
    breaks: 'each socket of a job has a reader of its own',
    file: 'src/stream/feeds.ts',
    find: '    if (known) return known;\n',
    replace: '',
    test: SUBSCRIBERS,
  },
  {
    rule: 'I3',
    breaks: 'whoever heard that a message is accepted never hears that it was refused',
    file: 'src/stream/job-runs.ts',
    find:
      "  if (outcome === 'refused' && isErrorKind(failureKind))\n" +
      "    return { state: 'ended', kind: failureKind };\n",
    replace: '',
    test: 'src/stream/job-runs.test.ts',
  },
];

/** Rules that files, git and the runner keep. */
export const FILE_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'C4',
    breaks: 'a repeated attempt asks and pays the model again',
    file: 'src/runner/candidate/save.ts',
    find: '    await syncRef(repo, ref);\n    const story',
    replace: '    if (ref) continue;\n    const story',
    test: 'test/contract/runner/generate.test.ts',
  },
  {
    rule: 'E3',
    breaks: 'a link that a model made is followed out of its folder',
    file: 'src/git/scan.ts',
    find: 'if (!stats.isFile()) throw',
    replace: 'if (!stats.isFile() && !stats.isSymbolicLink()) throw',
    test: 'src/git/commit.test.ts',
  },
  {
    rule: 'E4',
    breaks: 'objects of a version are lost in a power cut',
    file: 'src/git/process.ts',
    find: "'core.fsync=loose-object,reference,pack'",
    replace: "'core.fsync=none'",
    test: 'src/git/durability.test.ts',
  },
  {
    rule: 'E4',
    breaks: 'the name of a version is lost in a power cut',
    file: 'src/git/refs.ts',
    find: '  if (outcome.code === 0) {\n    await syncRef(repo, ref);\n',
    replace: '  if (outcome.code === 0) {\n',
    test: 'src/git/durability.test.ts',
  },
  {
    rule: 'E4',
    breaks: 'a kept file is empty after a power cut',
    file: 'src/disk/durable-files.ts',
    find: '    await writeFile(handle, body);\n    await handle.sync();\n',
    replace: '    await writeFile(handle, body);\n',
    test: 'src/disk/durable-files.test.ts',
  },
  {
    rule: 'E6',
    breaks: 'a store that is ahead is moved back to an older version',
    file: 'src/git/refs.ts',
    find: '    if (current !== null && !(await isAncestor(repo, current, next)))\n',
    replace: '    if (current === next)\n',
    test: 'src/runner/commands/commands.test.ts',
  },
  {
    rule: 'F2',
    breaks: 'a file that was being made brings a deleted project back',
    file: 'src/store/files/stored-file.ts',
    find: '  if (await projectExists()) return isKept;\n',
    replace: '  if (isKept || (await projectExists())) return isKept;\n',
    test: 'src/store/files/stored-file.test.ts',
  },
  {
    rule: 'F3',
    breaks: 'a silent model is never given up',
    file: 'src/runner/watchdog.ts',
    find: '      limitMs = limits.stallMs;\n      arm();\n',
    replace: '      limitMs = limits.stallMs;\n      clearTimeout(timer);\n',
    test: 'src/runner/scratch.test.ts',
  },
  {
    rule: 'I2',
    breaks: 'a broken build ends all of its runs, and a rollback saves none',
    file: 'src/activities/watch/broken-runs.ts',
    find: 'return broken + endedLately <= MOST_ENDED;',
    replace: 'return broken + endedLately < Infinity;',
    test: 'src/activities/watch/decisions.test.ts',
  },
];
