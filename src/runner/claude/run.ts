import { AppError } from '../../contracts/base/errors.js';
import type { RunnerEvent } from '../../contracts/durable/stream.js';
import type { GenerateInput, RunUsage } from '../../contracts/execution/runner.js';
import type { RunEvents } from '../callback/transport.js';
import { startKeyProxy, type KeyProxy } from '../key-proxy.js';
import type { Slots } from '../game-tool/asked-slots.js';
import type { PlayTool } from '../game-tool/play-tool.js';
import type { Recorder } from '../recording/recorder.js';
import type { Scratch } from '../scratch.js';
import { startWatchdog, type Watchdog } from '../watchdog.js';
import { findClaude } from './binary.js';
import { claudeArgs, claudeEnv } from './command.js';
import { classifyExit, isOutOfTurns, usageOf } from './classify-exit.js';
import { ControlHost, initialize, type Hooks } from './control.js';
import { splitLines } from './lines.js';
import { parseLine, type Line, type ResultLine } from './messages.js';
import { pastBlock } from '../../domain/generation/past-prompt.js';
import { PAST_FOLDER, writePlugin } from '../skills.js';
import { chooseIsolation, handOver, wrap } from '../sandbox.js';
import { startSession, type Session } from './session.js';
import { ToolServer } from './tool-server.js';
import { Translator } from './translate.js';

/** What an ended run leaves to be looked at; the files are in the work folder. */
export interface ModelRun {
  /** Why it ended before the model did; what it left may be good all the same. */
  readonly cutBy: AppError | null;
  readonly text: string;
  readonly skills: readonly string[];
  readonly usage: RunUsage;
  readonly permissionDenials: number;
}

export interface ModelAccess {
  readonly upstream: string;
  readonly apiKey: string;
  /**
   * A file from where the model program's package is seen; the runner itself unless it was moved.
   */
  readonly seenFrom?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (text: string) => void;
  /** Receives what reads the running cost, US dollars, once the model may be asked (M2). */
  readonly onCost: (read: () => number) => void;
  readonly recorder?: Recorder;
  readonly slots: Slots;
}

/** While the model waits for a play, or for a whole answer, subscribers get an event this often. */
const BEAT_MS = 10_000;

/** What a run works in, and how it reaches the model. */
export interface WorkPlace {
  readonly scratch: Scratch;
  readonly hooks: Hooks;
  /** Null = it cannot play what it makes. */
  readonly play: PlayTool | null;
}

type Run = Pick<
  GenerateInput,
  'model' | 'systemPrompt' | 'limits' | 'prompt' | 'sheet' | 'skills' | 'past' | 'effort' | 'round'
>;

/**
 * Runs the model program once in the work folder and sends what it does as events.
 * Ends with its last words, or throws the one AppError that describes why not. Nothing of it is
 * left running.
 */
export async function runModel(
  run: Run,
  { scratch, hooks, play }: WorkPlace,
  access: ModelAccess,
  events: RunEvents,
  signal: AbortSignal,
): Promise<ModelRun> {
  const program = await findClaude(access.seenFrom);
  const isolation = await chooseIsolation(access.env, access.warn);
  signal.throwIfAborted();
  const proxy = await startKeyProxy({
    socketPath: scratch.socket,
    upstream: access.upstream,
    apiKey: access.apiKey,
    budgetUsd: run.limits.maxBudgetUsd,
    watch: (request, response) => access.recorder?.watch(request, response),
  });
  access.recorder?.hide(proxy.token);
  try {
    const { work: workDir, home, socket } = scratch;
    const plugin = run.skills.length + run.past.length === 0 ? null : scratch.plugin;
    if (plugin !== null) await writePlugin(plugin, run);
    const host = { program, workDir, home, socket, plugin };
    await handOver(isolation, host);
    const { places, command } = wrap(isolation, host);
    const [file, args] = command(
      claudeArgs({ ...run, plugin: places.plugin, hasPlay: play !== null }),
    );
    access.onCost(() => proxy.spentUsd());
    const session = startSession(file, args, {
      cwd: scratch.work,
      env: claudeEnv(places, proxy.token, run.limits),
      first: initialize({ hasTool: play !== null }),
      prompt: promptWithPast(run, places.plugin),
      sheet: run.sheet,
    });
    return await follow(session, new Translator(places.workDir, run.round > 0), {
      run,
      hooks,
      play,
      proxy,
      events,
      signal,
      onCost: access.onCost,
      recorder: access.recorder,
    });
  } finally {
    await proxy.close();
  }
}

function promptWithPast({ prompt, past }: Run, plugin: string | null): string {
  if (plugin === null || past.length === 0) return prompt;
  const names = past.map(({ name }) => name);
  return `${prompt}\n\n${pastBlock(`${plugin}/${PAST_FOLDER}`, names)}`;
}

interface Following {
  readonly run: Run;
  readonly hooks: Hooks;
  readonly play: PlayTool | null;
  readonly proxy: KeyProxy;
  readonly events: RunEvents;
  readonly signal: AbortSignal;
  readonly onCost: ModelAccess['onCost'];
  readonly recorder: Recorder | undefined;
}

async function follow(
  session: Session,
  translator: Translator,
  { run, hooks, play, proxy, events, signal, onCost, recorder }: Following,
): Promise<ModelRun> {
  let stalled: AppError | null = null;
  const { startTimeoutMs: startMs, noProgressTimeoutMs: stallMs } = run.limits;
  const watchdog = startWatchdog({ startMs, stallMs }, (waitedMs) => {
    stalled = stallFailure(waitedMs, proxy);
    void session.stop();
  });
  const onAbort = (): void => void session.stop();
  const during = beating(events);
  // After a stream that broke the program asks for the whole answer, and is silent until it comes.
  proxy.onWhole((whole) => {
    void watchdog.pauseDuring(during(whole, () => translator.atWork()));
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const tools =
      play && new ToolServer((waiting) => during(play.call(waiting), () => translator.playing()));
    const control = new ControlHost(hooks, tools, (line) => session.send(line), recorder);
    const output = { translator, watchdog, control, events, recorder };
    const result = await readResult(session, output);
    // The program leaves out what it was sent of an answer that was cut; the proxy counts it.
    const totalUsd = result?.total_cost_usd ?? 0;
    onCost(() => Math.max(totalUsd, proxy.spentUsd()));
    session.finish();
    const { exitCode, signal: endSignal, startError } = await session.ended;
    signal.throwIfAborted();
    if (stalled !== null) throw stalled as AppError;
    const stderrTail = startError ?? session.stderrTail();
    const failure = classifyExit({
      result,
      exitCode,
      signal: endSignal,
      stderrTail,
      wasRefused: translator.wasRefused,
      retryAfterMs: proxy.retryAfterMs(),
      isSpent: proxy.isSpent(),
    });
    if (result === null || (failure !== null && !isOutOfTurns(result)))
      throw failure ?? new AppError('RunCrashed', 'the model program ended without a result');
    return {
      cutBy: failure,
      text: result.result ?? '',
      skills: translator.skills,
      usage: usageOf(result),
      permissionDenials: result.permission_denials?.length ?? 0,
    };
  } finally {
    watchdog.stop();
    events.tell(null);
    signal.removeEventListener('abort', onAbort);
    await session.stop();
    recorder?.stderr(session.stderrTail());
  }
}

/** While work goes on subscribers and every watch see that something goes on. */
const beating =
  (events: RunEvents) =>
  async <T>(work: Promise<T>, event: () => RunnerEvent): Promise<T> => {
    const beat = setInterval(() => void events.emit(event()), BEAT_MS);
    return work.finally(() => clearInterval(beat));
  };

/** The listeners of the program's output. */
interface Listeners {
  readonly translator: Translator;
  readonly watchdog: Watchdog;
  readonly control: ControlHost;
  readonly events: RunEvents;
  readonly recorder: Recorder | undefined;
}

/**
 * Reads line by line; a receiver that cannot keep up holds the model program back through its pipe.
 */
async function readResult(
  session: Session,
  { translator, watchdog, control, events, recorder }: Listeners,
): Promise<ResultLine | null> {
  let result: ResultLine | null = null;
  for await (const text of splitLines(session.stdout)) {
    recorder?.output(text);
    const line = parseLine(text);
    if (line === null) continue;
    if (line.type === 'control_request') {
      void watchdog.pauseDuring(control.answer(line));
      continue;
    }
    if (isModelAtWork(line)) watchdog.touch();
    const seen = translator.translate(line);
    events.tell(translator.doing());
    for (const event of seen) await watchdog.pauseDuring(events.emit(event));
    if (line.type === 'result') {
      result = line;
      // With its input still open the program would wait for the next request.
      session.finish();
    }
  }
  return result;
}

/** Lines that prove that the model answers; lines about the program itself do not. */
function isModelAtWork(line: Line): boolean {
  return (
    line.type === 'stream_event' ||
    line.type === 'user' ||
    line.type === 'result' ||
    (line.type === 'assistant' && line.message.model !== '<synthetic>')
  );
}

/** A silent wait after a refusal is reported as that refusal: the program waits to retry. */
function stallFailure(waitedMs: number, proxy: KeyProxy): AppError {
  const details = { retryAfterMs: proxy.retryAfterMs() ?? undefined };
  if (proxy.lastStatus() === 429)
    return new AppError('ModelRateLimited', 'still refused with 429 when patience ended', details);
  if (proxy.lastStatus() === 529)
    return new AppError('ModelOverloaded', 'still refused with 529 when patience ended', details);
  return new AppError('RunStalled', `nothing came from the model for ${waitedMs} ms`);
}
