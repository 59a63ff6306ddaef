import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decideNextTurn } from '../../dev/demo-model/conversation.js';
import { MessagesRequest } from '../../dev/demo-model/wire/messages.js';
import { absentAs } from '../../src/disk/absent.js';
import type { Reply, SeenRequest, ToolUse } from '../fakes/messages-api.js';
import { describeRequest } from './describe-request.js';

// Bare time: a person writes the file, or a script has written it
const LOOK_MS = 200;
/** In an answer, instead of a text: the name of a file beside it that holds the text. */
const FromFile = z.strictObject({ file: z.string().regex(/^[\w.-]+$/) });

const Answer = z.union([
  z.strictObject({
    status: z.number().int().min(400).max(599),
    error: z.string().default('as the script says'),
  }),
  z.strictObject({
    say: z.string().optional(),
    use: z
      .array(z.strictObject({ name: z.string(), input: z.record(z.string(), z.unknown()) }))
      .default([]),
    stop: z.enum(['end_turn', 'max_tokens', 'refusal']).optional(),
    /** It is given so much later. */
    waitMs: z.number().nonnegative().default(0),
  }),
]);
type Answer = z.infer<typeof Answer>;

export interface FolderModelOptions {
  readonly folder: string;
  /** The demo answers requests without tools. */
  readonly isWriterOnly: boolean;
  readonly tell: (text: string) => void;
}

/**
 * A model that is a folder: request 1 is written to `001.request.json` and answered by what
 * `001.answer.json` says, as soon as that is there. All of them there at first are a script.
 */
export class FolderModel {
  private count: number;

  constructor(private readonly options: FolderModelOptions) {
    const names = readdirSync(options.folder);
    this.count = names.filter((name) => name.endsWith('.request.json')).length;
  }

  /** Rejects when nothing waits for the answer any more. */
  async reply({ raw, body }: SeenRequest, gone: AbortSignal): Promise<Reply> {
    const { folder, isWriterOnly, tell } = this.options;
    const request = MessagesRequest.parse(body);
    if (isWriterOnly && (request.tools ?? []).length === 0) return demoReply(request);
    this.count += 1;
    const name = String(this.count).padStart(3, '0');
    const answerFile = path.join(folder, `${name}.answer.json`);
    await writeFile(path.join(folder, `${name}.request.json`), raw);
    tell(`\n== ${name} ==\n${describeRequest(request)}\n-- waits for ${answerFile}`);
    const answer = await this.untilWritten(answerFile, gone);
    if ('status' in answer) return answer;
    const { say, use, stop, waitMs } = answer;
    await sleep(waitMs, undefined, { signal: gone });
    const uses = await Promise.all(use.map((each) => this.withFiles(each)));
    return { use: uses, ...(say !== undefined && { say }), ...(stop && { stop }) };
  }

  /** A file that cannot be read is being written, or is told of until it is mended. */
  private async untilWritten(file: string, gone: AbortSignal): Promise<Answer> {
    for (let told = ''; ; await sleep(LOOK_MS, undefined, { signal: gone })) {
      const text = await readFile(file, 'utf8').catch(absentAs(null));
      if (text === null || text === told) continue;
      try {
        return Answer.parse(JSON.parse(text));
      } catch (error) {
        told = text;
        this.options.tell(`${file} cannot be read: ${(error as Error).message}`);
      }
    }
  }

  private async withFiles({ name, input }: ToolUse): Promise<ToolUse> {
    const entries = Object.entries(input).map(async ([key, value]) => {
      const { file } = FromFile.safeParse(value).data ?? {};
      const text = file && (await readFile(path.join(this.options.folder, file), 'utf8'));
      return [key, text ?? value] as const;
    });
    return { name, input: Object.fromEntries(await Promise.all(entries)) };
  }
}

function demoReply(request: MessagesRequest): Reply {
  const { blocks, stopReason } = decideNextTurn(request);
  const say = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  return { say, ...(stopReason === 'refusal' && { stop: stopReason }) };
}
