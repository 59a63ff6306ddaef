import { z } from 'zod';
import { untilAborted } from '../../concurrency.js';
import type { Recorder } from '../recording/recorder.js';
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
export const INITIALIZE = {
  type: 'control_request',
  request_id: 'init',
  request: {
    subtype: 'initialize',
    hooks: Object.fromEntries(
      Object.entries(HOOKS).map(([event, id]) => [
        event,
        [{ hookCallbackIds: [id], timeout: HOOK_MS / 1_000 }],
      ]),
    ),
  },
} as const;

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

/** Answers what the program asks over the pipes that are open already, one question at a time. */
export class ControlHost {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly hooks: Hooks,
    private readonly send: (line: object) => void,
    private readonly recorder: Pick<Recorder, 'hook'> | undefined,
  ) {}

  /** Never rejects. A hook that fails or is late answers nothing: the run goes on without it. */
  answer({ request_id, request }: ControlRequest): Promise<void> {
    this.last = this.last.then(async () => {
      const call = HookCall.safeParse(request).data;
      const response = call
        ? { subtype: 'success', request_id, response: await this.hookAnswer(call) }
        : { subtype: 'error', request_id, error: `${request.subtype.slice(0, 40)} is not known` };
      this.send({ type: 'control_response', response });
    });
    return this.last;
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
