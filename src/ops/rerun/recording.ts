import { RecordingLine } from '../../contracts/execution/recording.js';

type Line<T extends RecordingLine['type']> = Extract<RecordingLine, { type: T }>;

/** One exchange of the model program with the model. */
export interface RecordedCall {
  readonly call: number;
  readonly path: string;
  readonly body: string;
  /** Null = nothing was ever answered. */
  status: number | null;
  headers: Readonly<Record<string, string>>;
  readonly chunks: string[];
  end: 'whole' | 'cut' | 'silent';
}

/** What a run was asked, was answered, and came to. */
export interface Recorded {
  readonly input: Line<'run'>['input'];
  readonly calls: readonly RecordedCall[];
  readonly end: Pick<Line<'end'>, 'failure' | 'revision'>;
}

/** Of the patience of a run: the wait that ends a silent answer is about that long. */
const SILENT_SHARE = 0.9;

/** Reads a recording. Throws a sentence for one that nothing can be run from. */
export function parseRecording(text: string): Recorded {
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => RecordingLine.parse(JSON.parse(line)));
  const [run] = lines;
  if (run?.type !== 'run') throw new Error('The recording does not begin with what was asked.');
  const end = lines.at(-1);
  if (end?.type !== 'end')
    throw new Error('The recording does not hold the end of its run: it was too much, or cut.');
  const { startTimeoutMs, noProgressTimeoutMs } = run.input.limits;
  const silenceMs = Math.min(startTimeoutMs, noProgressTimeoutMs) * SILENT_SHARE;
  return { input: run.input, calls: readCalls(lines, silenceMs), end };
}

function readCalls(lines: readonly RecordingLine[], silenceMs: number): RecordedCall[] {
  const calls = new Map<number, RecordedCall & { lastAt: number }>();
  for (const line of lines) {
    if (line.type === 'request') {
      const { call, path, body, at } = line;
      calls.set(call, {
        call,
        path,
        body,
        status: null,
        headers: {},
        chunks: [],
        end: 'silent',
        lastAt: at,
      });
      continue;
    }
    const known = 'call' in line ? calls.get(line.call) : undefined;
    if (known === undefined) continue;
    if (line.type === 'answer') {
      known.status = line.status;
      known.headers = line.headers;
    }
    if (line.type === 'chunk') known.chunks.push(line.text);
    // One that the program gave up on stays open: its own patience ends it again.
    if (line.type === 'answered')
      known.end = !line.isCut ? 'whole' : line.at - known.lastAt >= silenceMs ? 'silent' : 'cut';
    known.lastAt = line.at;
  }
  return [...calls.values()];
}
