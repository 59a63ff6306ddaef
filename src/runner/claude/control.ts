import { z } from 'zod';
import { untilAborted } from '../../concurrency.js';
import type { Recorder } from '../recording/recorder.js';
import { TOOL_SERVER, type ToolServer } from './tool-server.js';
import type { ControlRequest } from './messages.js';

/** What the program receives between its requests to the model, in words for the model. */
export interface Hooks {
  /** After calls of tools side by side; null = nothing. */
  afterTools(): Promise<string | null>;
  /** Why the model may not end yet; null = it may. */
  beforeEnd(ending: Ending): Promise<string | null>;
}

export interface Ending {
  /** The model works on only because a hook asked it to at its last end. */
  readonly isAgain: boolean;
  /** Its last words. */
  readonly text: string;
}

/** Longest time for an answer, milliseconds; the program goes on without one by itself, too. */
const HOOK_MS = 20_000;
/** Most text for the model at a time: it is paid for in every request that follows. */
const TOLD_CHARS = 3_000;
const HOOKS = { PostToolBatch: 'tools', Stop: 'end' } as const;

/** Sent before the prompt: what the program asks about while it works. */
export function initialize({ hasTool }: { hasTool: boolean }): object {
  const timeout = HOOK_MS / 1_000;
  const hooks = Object.fromEntries(
    Object.entries(HOOKS).map(([event, id]) => [event, [{ hookCallbackIds: [id], timeout }]]),
  );
  const servers = hasTool ? { sdkMcpServers: [TOOL_SERVER] } : {};
  return {
    type: 'control_request',
    request_id: 'init',
    request: { subtype: 'initialize', ...servers, hooks },
  };
}

const HookCall = z.discriminatedUnion('callback_id', [
  z.looseObject({
    subtype: z.literal('hook_callback'),
    callback_id: z.literal(HOOKS.PostToolBatch),
  }),
  z.looseObject({
    subtype: z.literal('hook_callback'),
    callback_id: z.literal(HOOKS.Stop),
    input: z.looseObject({
      stop_hook_active: z.boolean(),
      last_assistant_message: z.string().default(''),
    }),
  }),
]);
type HookCall = z.infer<typeof HookCall>;
const ToolMessage = z.looseObject({
  subtype: z.literal('mcp_message'),
  server_name: z.literal(TOOL_SERVER),
  message: z.unknown(),
});

/** Answers what the program asks over the pipes that are open already. */
export class ControlHost {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly hooks: Hooks,
    private readonly tools: ToolServer | null,
    private readonly send: (line: object) => void,
    private readonly recorder: Pick<Recorder, 'hook'> | undefined,
  ) {}

  /** Never rejects. A hook that fails or is late answers nothing: the run goes on without it. */
  async answer({ request_id, request }: ControlRequest): Promise<void> {
    const said = await this.responseTo(request);
    const response = said
      ? { subtype: 'success', request_id, response: said }
      : { subtype: 'error', request_id, error: `${request.subtype.slice(0, 40)} is not known` };
    this.send({ type: 'control_response', response });
  }

  private async responseTo(request: ControlRequest['request']): Promise<object | null> {
    const asked = ToolMessage.safeParse(request).data;
    if (asked && this.tools) return { mcp_response: await this.tools.answer(asked.message) };
    const call = HookCall.safeParse(request).data;
    if (!call) return null;
    // One after the other: each reads the whole folder.
    const answer = this.last.then(() => this.hookAnswer(call));
    this.last = answer;
    return answer;
  }

  private async hookAnswer(call: HookCall): Promise<object> {
    const work =
      call.callback_id === HOOKS.Stop
        ? this.hooks.beforeEnd({
            isAgain: call.input.stop_hook_active,
            text: call.input.last_assistant_message,
          })
        : this.hooks.afterTools();
    const said = await untilAborted(work, AbortSignal.timeout(HOOK_MS)).catch(() => null);
    if (said === null) return {};
    const text = said.slice(0, TOLD_CHARS);
    this.recorder?.hook(call.callback_id, text);
    return call.callback_id === HOOKS.Stop
      ? { decision: 'block', reason: text }
      : { hookSpecificOutput: { hookEventName: 'PostToolBatch', additionalContext: text } };
  }
}
