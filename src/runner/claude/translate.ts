import { basename, isAbsolute, relative } from 'node:path/posix';
import { doingName, type Doing } from '../../contracts/messages/doing.js';
import { BAR } from '../../contracts/messages/bar.js';
import { message, type CodedMessage, type Message } from '../../contracts/messages/message.js';
import type { RunnerEvent } from '../../contracts/durable/stream.js';
import { parseStreamEvent, toolResults, type Line, type StreamEvent } from './messages.js';
import { PLAY_TOOL } from './tool-server.js';
import { StringFieldReader, type FieldPiece } from './string-fields.js';

/** Bytes of code after which two thirds of a run's part of the bar are behind. */
const USUAL_BYTES = 15_000;
/** What a call of a tool counts as. */
const CALL_BYTES = 1_500;
/** Percents after which a file that is being written moves the bar. */
const MOVES_BY = 2;

type Step = 'STEP_READING' | 'STEP_WRITING' | 'STEP_MENDING' | 'STEP_SEARCHING';
interface ToolStep {
  readonly step: CodedMessage;
  readonly withFile: (file: string) => CodedMessage;
}
const ofFile = (step: Step): ToolStep => ({
  step: message(step),
  withFile: (file) => message(`${step}_FILE`, { file }),
});
const plain = (step: CodedMessage): ToolStep => ({ step, withFile: () => step });
/** Tool → progress message while it works, before and after its file is known. */
const STEPS: Readonly<Record<string, ToolStep>> = {
  Read: ofFile('STEP_READING'),
  Write: ofFile('STEP_WRITING'),
  Edit: ofFile('STEP_MENDING'),
  Glob: ofFile('STEP_SEARCHING'),
  Grep: ofFile('STEP_SEARCHING'),
  Skill: plain(message('STEP_PLANNING')),
  [PLAY_TOOL]: plain(message('STEP_PLAYING')),
};
const OTHER_STEP = plain(message('STEP_WORKING'));
const CHANGING_TOOLS = new Set(['Write', 'Edit']);
/** Fields whose text is what a tool writes. */
const CODE_FIELDS = new Set(['content', 'new_string']);

interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly fields: StringFieldReader;
  filename: string;
  isNamed: boolean;
  /** Of code, so far. */
  bytes: number;
}

function stepOf({ name, isNamed, filename }: ToolCall): CodedMessage {
  const { step, withFile } = STEPS[name] ?? OTHER_STEP;
  return isNamed ? withFile(filename) : step;
}

/** As long as nothing is shown of it, a model may work. */
const QUIET_MS = 10_000;

/**
 * Turns the model program's lines into what a player sees. One instance per run; it holds no I/O.
 */
export class Translator {
  /** Bytes of code and calls so far. */
  private done = 0;
  private toldPercent = 0;
  private readonly blocks = new Map<number, ToolCall | 'text'>();
  private readonly calls = new Map<string, ToolCall>();
  private readonly streamedMessages = new Set<string>();
  private endsWithNewline = true;
  private skill = '';
  private turn = 0;
  private shownAtMs = performance.now();
  /** The call that was begun last, until its result comes. */
  private newest: ToolCall | null = null;
  readonly skills: string[] = [];
  wasRefused = false;

  /** `workDir`: the project folder as the model program sees it. */
  constructor(
    private readonly workDir: string,
    private readonly isRepair = false,
  ) {}

  /** What the model does after the lines so far. */
  doing(): Doing {
    const { turn, newest } = this;
    if (newest === null) return { turn, tool: null, file: null, bytes: 0 };
    const { name, isNamed, filename, bytes } = newest;
    return { turn, tool: doingName(name), file: isNamed ? doingName(filename) : null, bytes };
  }

  /**
   * Of a model that is at work something is shown now and then, also when it thinks: to subscribers
   * and to the watch of the row (F3).
   */
  translate(line: Line, nowMs = performance.now()): RunnerEvent[] {
    const events = this.eventsOf(line);
    const isQuiet = line.type === 'stream_event' && nowMs - this.shownAtMs >= QUIET_MS;
    if (events.length === 0 && isQuiet) events.push(this.atWork());
    if (events.length > 0) this.shownAtMs = nowMs;
    return events;
  }

  private eventsOf(line: Line): RunnerEvent[] {
    if (line.type === 'stream_event') {
      const event = parseStreamEvent(line.event);
      return event ? this.streamed(event) : [];
    }
    if (line.type === 'assistant') return this.whole(line);
    if (line.type === 'user')
      return toolResults(line.message.content).flatMap((result) =>
        this.finished(result.id, result.isError),
      );
    if (line.type === 'system') return this.system(line.subtype);
    return [];
  }

  /** What a player is shown while the model writes nothing yet. */
  atWork(): RunnerEvent {
    return this.progress(this.newest ? stepOf(this.newest) : message('STEP_THINKING'));
  }

  /** What a player is shown while the model waits for a play. */
  playing(): RunnerEvent {
    return this.progress(message('STEP_PLAYING'));
  }

  private system(subtype: string): RunnerEvent[] {
    if (subtype === 'model_refusal_no_fallback') this.wasRefused = true;
    return subtype === 'init' ? [this.progress(message('STEP_THINKING'))] : [];
  }

  private streamed(event: StreamEvent): RunnerEvent[] {
    switch (event.type) {
      case 'message_start':
        this.streamedMessages.add(event.message.id);
        this.startTurn();
        this.blocks.clear();
        return [];
      case 'content_block_start': {
        const block = event.content_block;
        if (block.type === 'tool_use')
          return this.toolStarted(event.index, block.id ?? '', block.name ?? '');
        if (block.type !== 'text') return [];
        this.blocks.set(event.index, 'text');
        return [...this.freshLine(), ...this.text(block.text ?? '')];
      }
      case 'content_block_delta': {
        const block = this.blocks.get(event.index);
        if (block === 'text') return this.text(event.delta.text ?? '');
        return block
          ? block.fields
              .feed(event.delta.partial_json ?? '')
              .flatMap((piece) => this.fieldPiece(block, piece))
          : [];
      }
      case 'content_block_stop':
        this.blocks.delete(event.index);
        return [];
    }
  }

  /**
   * A message that came in one piece (the program asks again without streaming after a broken
   * stream).
   */
  private whole(line: Extract<Line, { type: 'assistant' }>): RunnerEvent[] {
    const { id, model, content } = line.message;
    if (this.streamedMessages.has(id) || model === '<synthetic>') return [];
    this.startTurn();
    return content.flatMap((block, index) => {
      if (block.type === 'text') return [...this.freshLine(), ...this.text(block.text ?? '')];
      if (block.type !== 'tool_use') return [];
      const started = this.toolStarted(index, block.id ?? '', block.name ?? '');
      const call = this.calls.get(block.id ?? '');
      return [
        ...started,
        ...(call?.fields.feed(JSON.stringify(block.input ?? {})) ?? []).flatMap((piece) =>
          call ? this.fieldPiece(call, piece) : [],
        ),
      ];
    });
  }

  private startTurn(): void {
    this.turn += 1;
    this.newest = null;
  }

  private toolStarted(index: number, id: string, name: string): RunnerEvent[] {
    const call: ToolCall = {
      id,
      name,
      fields: new StringFieldReader(),
      filename: '',
      isNamed: false,
      bytes: 0,
    };
    this.newest = call;
    this.blocks.set(index, call);
    this.calls.set(id, call);
    // A play writes nothing: neither is it progress, nor text to be read.
    if (name === PLAY_TOOL) return [this.playing()];
    this.done += CALL_BYTES;
    return [this.progress(stepOf(call)), ...this.text(`\n[${name}]\n`)];
  }

  private fieldPiece(call: ToolCall, piece: FieldPiece): RunnerEvent[] {
    if (CHANGING_TOOLS.has(call.name) && CODE_FIELDS.has(piece.field)) {
      const bytes = Buffer.byteLength(piece.text);
      call.bytes += bytes;
      this.done += bytes;
      const isMoved = this.percent - this.toldPercent >= MOVES_BY;
      return [...this.text(piece.text), ...(isMoved ? [this.progress(stepOf(call))] : [])];
    }
    if (call.name === 'Skill' && piece.field === 'skill') {
      this.skill += piece.text;
      if (!piece.isEnd) return [];
      this.skills.push(this.skill);
      this.skill = '';
      return [];
    }
    if (piece.field !== 'file_path') return [];
    call.filename += piece.text;
    if (!piece.isEnd) return [];
    call.filename = this.shownName(call.filename);
    call.isNamed = true;
    const progress = this.progress(stepOf(call));
    return CHANGING_TOOLS.has(call.name)
      ? [{ type: 'file', filename: call.filename, status: 'editing' }, progress]
      : [progress];
  }

  private finished(id: string, isError: boolean): RunnerEvent[] {
    const call = this.calls.get(id);
    this.calls.delete(id);
    if (call === this.newest) this.newest = null;
    if (!call || isError || !CHANGING_TOOLS.has(call.name) || call.filename === '') return [];
    return [{ type: 'file', filename: call.filename, status: 'completed' }];
  }

  private shownName(path: string): string {
    if (!isAbsolute(path)) return path;
    const inside = relative(this.workDir, path);
    // A file of a skill lies outside the game: its folder is not shown.
    return inside.startsWith('..') ? basename(path) : inside;
  }

  private get percent(): number {
    const [from, to] = this.isRepair ? [BAR.repairs, BAR.repaired] : [BAR.makes, BAR.made];
    return Math.round(from + (to - from) * (1 - Math.exp(-this.done / USUAL_BYTES)));
  }

  private progress(message: Message): RunnerEvent {
    this.toldPercent = this.percent;
    return { type: 'progress', progress: this.toldPercent, message };
  }

  private freshLine(): RunnerEvent[] {
    return this.endsWithNewline ? [] : this.text('\n');
  }

  private text(content: string): RunnerEvent[] {
    if (content === '') return [];
    this.endsWithNewline = content.endsWith('\n');
    return [{ type: 'stream', content }];
  }
}
