import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { crashPoint } from '../process/crash-points.js';
import { AppError } from '../contracts/base/errors.js';
import {
  RUNNER_ENV,
  RunnerInput,
  type GenerateInput,
  type GenerateResult,
} from '../contracts/execution/runner.js';
import type { RunnerEvent } from '../contracts/durable/stream.js';
import { HttpTransport } from './callback/http-transport.js';
import { silentTransport, type EventTransport, type RunEvents } from './callback/transport.js';
import { splitLines } from './claude/lines.js';
import { runFiles } from './commands/files.js';
import { runGit } from './commands/git.js';
import { IMAGE_PROGRESS } from '../contracts/media/images.js';
import type { PlayInput, SearchInput } from '../contracts/game/play.js';
import type { VideoInput } from '../contracts/media/video.js';
import { AskedSlots, FREE_SLOTS } from './game-tool/asked-slots.js';
import { generate } from './generate.js';
import { makeImage, type ImageAccess } from './image/image.js';
import { Output } from './output.js';
import { searchGame } from './play/deep-search.js';
import { loadPackage } from './packages.js';
import { lanesOf, type Lanes } from './play/lane.js';
import { playGame } from './play/play.js';
import { startRecorder, type Recorder } from './recording/recorder.js';
import { sendRecording } from './recording/send.js';
import { RenderInput, renderVideo } from './video/render.js';
import { makeVideo } from './video/video.js';

const DEFAULT_UPSTREAM = 'https://api.anthropic.com';
const DEFAULT_IMAGE_UPSTREAM = 'https://generativelanguage.googleapis.com';
const DEFAULT_CUTOUT_UPSTREAM = 'https://api.replicate.com';
/** Shorter ones are no secrets, and removing them would tear words apart. */
const MIN_SECRET_CHARS = 8;
/** An image model or a game may be silent for longer than a parent waits for a word (F3). */
const BEAT_MS = 2_000;
/** Time limit for sending a recording; shorter when the run was cancelled. */
const RECORDING_MS = 5_000;
const LAST_WORDS_MS = 1_000;
/** A run with this many events has shown text to its subscribers. */
const SOME_EVENTS = 12;

const env = process.env;
const secrets = [
  env[RUNNER_ENV.modelKey],
  env[RUNNER_ENV.imageKey],
  env[RUNNER_ENV.cutoutServiceToken],
  env[RUNNER_ENV.callbackKey],
].filter((value) => value !== undefined && value.length >= MIN_SECRET_CHARS);
const output = new Output(process.stdout, secrets as string[]);
const warn = (text: string): void => {
  process.stderr.write(`${output.redact(text)}\n`);
};

/** What the work has cost: nothing before a model starts; of images and videos unknown. */
let costUsd: () => number | null = () => 0;

/**
 * Aborts on a signal, on a refusal by the receiver of events, and at the end of stdin, which means
 * that the parent is gone (F1).
 */
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort(new AppError('RunCancelled', 'stopped by a signal')));
process.on('SIGINT', () => stop.abort(new AppError('RunCancelled', 'stopped by a signal')));
process.stdout.on('error', () =>
  stop.abort(new AppError('RunCancelled', 'the caller does not read the result')),
);

async function readInput(lines: AsyncGenerator<string>): Promise<RunnerInput | RenderInput> {
  const { value } = (await lines.next()) as { value: string | undefined };
  try {
    return z.union([RunnerInput, RenderInput]).parse(JSON.parse(value ?? ''));
  } catch {
    // The input holds what the user wrote; it is not quoted.
    throw new AppError('OPERATION_FAILED', 'the runner cannot read its input');
  }
}

const askedSlots = new AskedSlots((line) => output.tell(line));

async function watchParent(lines: AsyncGenerator<string>): Promise<void> {
  for await (const line of lines) askedSlots.read(line);
  stop.abort(new AppError('RunCancelled', 'the parent process is gone'));
}

type Told = Pick<GenerateInput, 'callbackUrl' | 'listenerUrl' | 'callId' | 'traceparent'>;

function openTransport(input: Told): EventTransport {
  const keyHex = env[RUNNER_ENV.callbackKey];
  if (input.callbackUrl === null) return silentTransport();
  if (keyHex === undefined)
    throw new AppError('OPERATION_FAILED', `${RUNNER_ENV.callbackKey} is missing`);
  return new HttpTransport({
    url: input.callbackUrl,
    listenerUrl: input.listenerUrl,
    callId: input.callId,
    keyHex,
    traceparent: input.traceparent,
    costUsd: () => costUsd(),
    warn,
    onStop: (reason) => stop.abort(reason),
  });
}

async function runGenerate(input: GenerateInput): Promise<unknown> {
  const apiKey = env[RUNNER_ENV.modelKey];
  if (!apiKey) throw new AppError('ModelKeyInvalid', `${RUNNER_ENV.modelKey} is missing`);
  const transport = openTransport(input);
  stop.signal.addEventListener('abort', () => void transport.close(0), { once: true });
  const events: RunEvents = {
    async emit(event: RunnerEvent) {
      await transport.emit(event);
      if (transport.lastSeq() > SOME_EVENTS) crashPoint('mid-stream');
      output.alive(transport.lastSeq());
    },
    tell: (doing) => transport.tell(doing),
  };
  const recorder = startRecorder(input, secrets as string[]);
  const access = {
    recorder,
    slots: input.plays?.asksSlot ? askedSlots : FREE_SLOTS,
    apiKey,
    upstream: env[RUNNER_ENV.modelBaseUrl] || DEFAULT_UPSTREAM,
    seenFrom: process.argv[2],
    env,
    warn,
    onCost: (read: () => number): void => {
      costUsd = read;
    },
  };
  let result: GenerateResult;
  try {
    result = await generate(input, access, events, stop.signal);
    recorder.end({ result });
  } catch (error) {
    recorder.end({ error: stop.signal.aborted ? stop.signal.reason : error });
    throw error;
  } finally {
    await Promise.all([
      transport.close(stop.signal.aborted ? 0 : input.limits.callbackDrainMs),
      sendHome(recorder, input),
    ]);
  }
  return { ...result, unsent: transport.unsent() };
}

/** A cancelled run has little time left. */
async function sendHome(recorder: Recorder, input: GenerateInput): Promise<void> {
  const { callbackUrl, callId, traceparent } = input;
  const receiver = { callbackUrl, callId, keyHex: env[RUNNER_ENV.callbackKey], traceparent };
  const timeoutMs = stop.signal.aborted ? LAST_WORDS_MS : RECORDING_MS;
  await sendRecording(await recorder.bytes, receiver, timeoutMs, warn);
}

/**
 * The cut-out network blocks this thread for seconds, in which no listener for signals runs; there
 * is nothing to clean up, so signals end the process.
 */
function letSignalsEndUs(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeAllListeners(signal);
}

function imageAccess(): ImageAccess {
  return {
    apiKey: env[RUNNER_ENV.imageKey],
    baseUrl: env[RUNNER_ENV.imageBaseUrl] || DEFAULT_IMAGE_UPSTREAM,
    seenFrom: process.argv[2],
    cutoutModel: env[RUNNER_ENV.cutoutModel],
    cutoutService: {
      token: env[RUNNER_ENV.cutoutServiceToken],
      baseUrl: env[RUNNER_ENV.cutoutServiceBaseUrl] || DEFAULT_CUTOUT_UPSTREAM,
    },
    onStage: (stage) => output.progress(IMAGE_PROGRESS[stage]),
  };
}

async function runVideo(input: VideoInput): Promise<unknown> {
  const transport = openTransport(input);
  let told = -1;
  const onProgress = (percent: number): void => {
    if (percent <= told) return;
    told = percent;
    output.progress(percent);
    void transport.emit({ type: 'progress', progress: percent, message: null });
  };
  try {
    const [, runner = '', seenFrom] = process.argv;
    return await makeVideo(input, { runner, seenFrom, onProgress }, stop.signal);
  } finally {
    await transport.close(0);
  }
}

/** The second half of a video, in a box of its own (`video/boxed-render.ts`). */
async function runRender(input: RenderInput): Promise<unknown> {
  const onFrame = (done: number): void => output.progress(done);
  await renderVideo(input, process.argv[2], stop.signal, onFrame);
  return {};
}

/** A game that is slow to answer is no silence of ours. */
function playAccess() {
  // The library of browsers asks for a stack in each call: to map them costs a third of a second.
  process.setSourceMapsEnabled(false);
  setInterval(() => output.alive(0), BEAT_MS);
  return { seenFrom: process.argv[2], onAlive: () => output.alive(0) };
}

function runPlay(input: PlayInput): Promise<unknown> {
  const onShown = input.isShown ? (shown: string) => output.tell({ shown }) : undefined;
  return playGame(input, { ...playAccess(), lanes, onShown }, stop.signal);
}

/** No player waits for it: it and its browsers leave the processor to what players wait for. */
function runSearch(input: SearchInput): Promise<unknown> {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  return searchGame(input, playAccess(), stop.signal);
}

let lanes: Lanes | undefined;

/** What a play needs is ready before it is asked for. */
function readyForPlay(): void {
  loadPackage('sharp', process.argv[2]);
  lanes = lanesOf(process.argv[2]);
  for (const lane of lanes) lane.open().catch(() => undefined);
}

async function closeLanes(): Promise<void> {
  for (const lane of lanes ?? []) await lane.close();
}

async function run(): Promise<unknown> {
  if (env[RUNNER_ENV.loads] === 'play') readyForPlay();
  const lines = splitLines(process.stdin);
  const input = await readInput(lines);
  if (input.command === 'git') return runGit({ ...input, repoDir: path.resolve(input.repoDir) });
  if (input.command === 'files') return runFiles({ ...input, root: path.resolve(input.root) });
  void watchParent(lines);
  if (input.command === 'image' || input.command === 'video') costUsd = () => null;
  if (input.command === 'image') {
    if (input.op === 'cutout') letSignalsEndUs();
    setInterval(() => output.alive(0), BEAT_MS);
    return makeImage(input, imageAccess(), stop.signal);
  }
  if (input.command === 'play') return runPlay(input);
  if (input.command === 'search') return runSearch(input);
  if (input.command === 'render') return runRender(input);
  if (input.command === 'video') {
    const [scratchDir, siteDir] = [path.resolve(input.scratchDir), path.resolve(input.siteDir)];
    return runVideo({ ...input, scratchDir, siteDir });
  }
  return runGenerate({ ...input, scratchDir: path.resolve(input.scratchDir) });
}

try {
  const result = await run();
  await closeLanes();
  await output.result(result);
  process.exit(0);
} catch (error) {
  await closeLanes();
  await output.failure(stop.signal.aborted ? stop.signal.reason : error, costUsd());
  process.exit(1);
}
