import { RecordingLine, withImages } from '../../contracts/execution/recording.js';
import { ToolAnswer, type GenerateInput } from '../../contracts/execution/runner.js';

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
  /** Its tool answers as it did, and plays only what was not played then. */
  readonly input: Omit<Line<'run'>['input'], 'plays'> & Pick<GenerateInput, 'plays'>;
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
  const { plays, ...input } = run.input;
  // It is the only one here that plays.
  const alone = { asksSlot: false, assets: [], tapes: null, recorded: readTools(lines) };
  return {
    input: { ...input, ...(plays && { plays: { ...plays, ...alone } }) },
    calls: readCalls(lines, silenceMs),
    end,
  };
}

function readTools(lines: readonly RecordingLine[]): ToolAnswer[] {
  const images = new Map<string, string>();
  return lines.flatMap((line) => {
    if (line.type === 'image') images.set(line.name, line.data);
    if (line.type !== 'tool') return [];
    return [ToolAnswer.parse(JSON.parse(withImages(line.answer, images)))];
  });
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
