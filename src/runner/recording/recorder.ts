import type { IncomingMessage, ServerResponse } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { createGzip, type Gzip } from 'node:zlib';
import {
  RecordedInput,
  withoutImages,
  type RecordingLine,
} from '../../contracts/execution/recording.js';
import type {
  GenerateInput,
  GenerateResult,
  ToolAnswer,
} from '../../contracts/execution/runner.js';
import { AppError } from '../../contracts/base/errors.js';

/** Limit of recorded text, before compression: more than any sound run has. */
const MAX_CHARS = 24 * 1024 * 1024;
/** Lines of output that are not kept: they repeat the chunks of an answer, or files. */
const REPEATING = /^\{"type":"(stream_event|control_\w+)"/;
/** Headers of an answer that are recorded. */
const TELLING = ['content-type', 'retry-after', 'request-id', 'anthropic-version'];

type Unplaced = RecordingLine extends infer Line
  ? Line extends RecordingLine
    ? Omit<Line, 'at'>
    : never
  : never;

export type Recorder = ReturnType<typeof startRecorder>;
type Outcome = { result: GenerateResult } | { error: unknown };

/** Keeps what happened in a run, compressed as it comes; `secrets` are removed. */
export function startRecorder(input: GenerateInput, secrets: readonly string[]) {
  const writer = new LineWriter(secrets);
  writer.write({ type: 'run', input: RecordedInput.parse(input) });
  let calls = 0;
  return {
    /** From now on this never stands in the recording. */
    hide: (secret: string) => writer.hide(secret),
    /** Reads along with one exchange between the model program and the model. */
    watch(request: IncomingMessage, response: ServerResponse): void {
      calls += 1;
      watchRequest(writer, calls, request);
      watchAnswer(writer, calls, response);
    },
    /** A line of the program's output. */
    output(text: string): void {
      if (!REPEATING.test(text)) writer.write({ type: 'output', text: writer.named(text) });
    },
    /** What the runner sent the model between two requests. */
    hook: (hook: string, text: string) => writer.write({ type: 'hook', hook, text }),
    /** What it was answered when it called its tool. */
    tool: (answer: ToolAnswer) =>
      writer.write({ type: 'tool', answer: writer.named(JSON.stringify(answer)) }),
    stderr: (text: string) => writer.write({ type: 'stderr', text }),
    /** Ends the recording; a second call changes nothing. */
    end: (outcome: Outcome) => writer.end(endOf(outcome)),
    /** The compressed recording, once it has ended. */
    bytes: writer.bytes,
  };
}

function endOf(outcome: Outcome): Unplaced {
  if ('result' in outcome) {
    const { result } = outcome;
    const revision = result.kind === 'candidate' ? result.revision : null;
    return { type: 'end', failure: null, revision };
  }
  const { error } = outcome;
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof AppError ? error.kind : 'OPERATION_FAILED';
  return { type: 'end', failure: { kind, message }, revision: null };
}

function watchRequest(writer: LineWriter, call: number, request: IncomingMessage): void {
  const decoder = new StringDecoder('utf8');
  let body = '';
  request.on('data', (chunk: Buffer) => {
    if (body.length < MAX_CHARS) body += decoder.write(chunk);
  });
  request.once('end', () => {
    const whole = writer.named(body + decoder.end());
    writer.write({ type: 'request', call, path: request.url ?? '', body: whole });
  });
}

/** Records the answer as the program receives it. */
function watchAnswer(writer: LineWriter, call: number, response: ServerResponse): void {
  const decoder = new StringDecoder('utf8');
  const tell = (chunk: unknown): void => {
    if (typeof chunk !== 'string' && !Buffer.isBuffer(chunk)) return;
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
    if (text !== '') writer.write({ type: 'chunk', call, text });
  };
  const [writeHead, write, end] = [
    response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse,
    response.write.bind(response) as (...args: unknown[]) => boolean,
    response.end.bind(response) as (...args: unknown[]) => ServerResponse,
  ];
  response.writeHead = (...args: unknown[]) => {
    const headers = tellingHeaders(args.at(-1));
    writer.write({ type: 'answer', call, status: Number(args[0]), headers });
    return writeHead(...args);
  };
  response.write = (...args: unknown[]) => {
    tell(args[0]);
    return write(...args);
  };
  response.end = (...args: unknown[]) => {
    tell(args[0]);
    return end(...args);
  };
  response.once('close', () => {
    writer.write({ type: 'answered', call, isCut: !response.writableFinished });
  });
}

function tellingHeaders(given: unknown): Record<string, string> {
  const headers = typeof given === 'object' && given !== null ? given : {};
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      TELLING.includes(name.toLowerCase()) ? [[name.toLowerCase(), String(value)] as const] : [],
    ),
  );
}

/** Lines through gzip into memory, without secrets, up to a limit. */
class LineWriter {
  private readonly startedMs = performance.now();
  private readonly gzip: Gzip = createGzip();
  private readonly secrets: string[];
  private readonly images = new Set<string>();
  private chars = 0;
  private isOver = false;
  readonly bytes: Promise<Buffer>;

  constructor(secrets: readonly string[]) {
    this.secrets = [...secrets];
    const chunks: Buffer[] = [];
    this.gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
    this.bytes = new Promise((resolve, reject) => {
      this.gzip.once('error', reject);
      this.gzip.once('end', () => resolve(Buffer.concat(chunks)));
    });
  }

  hide(secret: string): void {
    this.secrets.push(secret);
  }

  write(line: Unplaced): void {
    if (this.isOver) return;
    const at = Math.round(performance.now() - this.startedMs);
    const text = this.secrets.reduce(
      (rest, secret) => rest.replaceAll(secret, '[redacted]'),
      JSON.stringify({ ...line, at }),
    );
    this.chars += text.length;
    if (this.chars <= MAX_CHARS) this.gzip.write(`${text}\n`);
    else this.close(`${JSON.stringify({ type: 'full', at } satisfies RecordingLine)}\n`);
  }

  /** The text with the names of its images, which are written before it, each once. */
  named(text: string): string {
    const { text: rest, images } = withoutImages(text);
    for (const [name, data] of images)
      if (!this.images.has(name)) this.write({ type: 'image', name, data });
    for (const name of images.keys()) this.images.add(name);
    return rest;
  }

  end(last: Unplaced): void {
    this.write(last);
    this.close('');
  }

  private close(text: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.gzip.end(text);
  }
}
