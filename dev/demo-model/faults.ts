import { GAME_FAULTS, withFault } from './faulty-games.js';
import type { AnswerBlock, Conversation, Turn } from './wire/messages.js';

/** An HTTP error in place of an answer. */
export interface Refusal {
  status: number;
  type: string;
  message: string;
  retryAfterSeconds?: number;
}

/**
 * How a base URL with `/fault/<name>` in its path misbehaves. Everything left out behaves normally.
 */
export interface Fault {
  /** The error for the n-th request (from 1) of this base URL; null = answer it. */
  refuse?: (count: number) => Refusal | null;
  /** Another answer than the sensible one. */
  change?: (turn: Turn, conversation: Conversation) => Turn;
  /**
   * What happens in the middle of writing or editing a file, in the n-th such answer of this base
   * URL.
   */
  interrupt?: (count: number) => 'cut' | 'stall' | 'error' | null;
  /** The request is taken and never answered. */
  isDeaf?: boolean;
  /** Seconds for a whole game instead of DEMO_SECONDS. */
  seconds?: number;
  /** Seconds that the wish itself names; null when it names none. */
  pace?: (conversation: Conversation) => number | null;
}

export const refusalOf = (status: number, type: string, message: string): Refusal => ({
  status,
  type,
  message,
});
export const OVERLOADED = refusalOf(529, 'overloaded_error', 'Overloaded (DEMO fault)');
const SERVER_ERROR = refusalOf(500, 'api_error', 'Internal server error (DEMO fault)');
const BAD_KEY = refusalOf(401, 'authentication_error', 'invalid x-api-key (DEMO fault)');
const FORBIDDEN = refusalOf(
  403,
  'permission_error',
  'Your key may not use this model (DEMO fault)',
);
const NO_CREDIT = refusalOf(
  400,
  'invalid_request_error',
  'Your credit balance is too low to access the API (DEMO fault)',
);
const limited = (retryAfterSeconds: number): Refusal => ({
  ...refusalOf(429, 'rate_limit_error', 'Rate limited (DEMO fault)'),
  retryAfterSeconds,
});

const always = (refusal: Refusal): Fault => ({ refuse: () => refusal });
const twice = (refusal: Refusal): Fault => ({ refuse: (count) => (count <= 2 ? refusal : null) });
const textTurn = (text: string, stopReason: Turn['stopReason']): Turn => ({
  blocks: [{ type: 'text', text, share: 0.1 }],
  stopReason,
});
const use = (name: string, input: Record<string, unknown>): AnswerBlock => ({
  type: 'tool_use',
  name,
  input,
  share: 0.01,
});

/** Changes the page that the model writes, and nothing else. */
function withPage(turn: Turn, change: (html: string) => string): Turn {
  return {
    ...turn,
    blocks: turn.blocks.map((block) =>
      block.type === 'tool_use' &&
      block.name === 'Write' &&
      block.input.file_path === 'index.html' &&
      typeof block.input.content === 'string'
        ? { ...block, input: { ...block.input, content: change(block.input.content) } }
        : block,
    ),
  };
}

/** A fault in the words of a wish. */
const ASKED = /\bDEMO: ([a-z0-9-]+)/;
const askedIn = ({ prompt }: Conversation): string => ASKED.exec(prompt)?.[1] ?? '';
const SLOW = /^slow-(\d{1,4})$/;

const half = (html: string): number => Math.floor(html.length / 2);

/** A page that compiles, with a remark in place of one of its scripts. */
const withoutEffects = (html: string): string =>
  html.replace(
    /<script>\n'use strict';\n\/\/ =+ 手ごたえ[\s\S]*?<\/script>/,
    '<script>\n// ... rest stays the same\n</script>',
  );

/** What a hostile or careless model would try first; afterwards it writes an ordinary game. */
const ESCAPES: readonly AnswerBlock[] = [
  { type: 'text', text: 'プロジェクトの外を触ってみます（DEMO の脱出テスト）。', share: 0.01 },
  use('Write', { file_path: '../escape.txt', content: 'DEMO escape' }),
  use('Write', { file_path: '/tmp/demo-escape.txt', content: 'DEMO escape' }),
  use('Write', {
    file_path: '.git/config',
    content: '[core]\n\tfsmonitor = touch /tmp/demo-escape-git\n',
  }),
  use('Read', { file_path: '/proc/self/environ' }),
  use('Read', { file_path: '/etc/passwd' }),
  use('Read', { file_path: 'link-to-environ' }),
  use('Grep', { pattern: 'ANTHROPIC', path: '/proc/self', output_mode: 'content' }),
  use('Bash', { command: 'env; id; touch /tmp/demo-escape-bash', description: 'DEMO escape' }),
];

const escape: Fault = {
  change: (turn, { steps }) =>
    steps.length === 0 ? { blocks: [...ESCAPES], stopReason: 'tool_use' } : turn,
};

/**
 * Faults by name, used as `http://127.0.0.1:<port>/fault/<name>` for a base URL. Counted faults
 * count the requests of one base URL; add any further path (`/fault/429-twice/<test>`) for a count
 * of one's own.
 *
 * | name | what happens |
 * | --- | --- |
 * | `401`, `403`, `400-credit`, `500`, `529` | that error for every request |
 * | `429`, `429-after-N` | rate limit with `retry-after: 1` or N seconds, for every request |
 * | `429-twice`, `500-twice`, `529-twice` | that error for the first two requests, then normal |
 * | `cut` | the connection breaks in the middle of each answer that writes or edits a file |
 * | `cut-once` | the same, for the first such answer only |
 * | `sse-error`, `sse-error-once` | an `error` event (overloaded) in that place, every time or once
 * |
 * | `stall`, `stall-once` | the stream goes silent in that place and stays open |
 * | `hang` | requests are taken and never answered |
 * | `max-tokens` | every answer is cut off with stop_reason `max_tokens` |
 * | `refusal` | every answer is a refusal |
 * | `escape` | tries `../`, an absolute path, `.git/config`, `/proc/self/environ`, `/etc/passwd`,
 * the file `link-to-environ` (a symlink that the test lays out), Bash; then writes a normal game |
 * | `placeholder` | the game is written with "// ... rest stays the same" in place of one of its
 * scripts; it compiles |
 * | `broken-html` | the page breaks off in the middle of a script |
 * | `no-game` | speaks of a game and writes none |
 * | `endless` | calls tools for ever (turn limit) |
 * | `not-json` | answers in plain words where JSON was asked for |
 * | `slow-N` | a whole game takes N seconds |
 * | `throws`, `deaf`, … | each new game has that fault, see faulty-games.ts |
 * | `asked` | a new game has the fault that its wish names, as `DEMO: deaf` or `DEMO: slow-60`,
 * and none else |
 */
const FAULTS: Readonly<Record<string, Fault>> = {
  '401': always(BAD_KEY),
  '403': always(FORBIDDEN),
  '400-credit': always(NO_CREDIT),
  '500': always(SERVER_ERROR),
  '529': always(OVERLOADED),
  '429': always(limited(1)),
  '429-twice': twice(limited(1)),
  '500-twice': twice(SERVER_ERROR),
  '529-twice': twice(OVERLOADED),
  cut: { interrupt: () => 'cut' },
  'cut-once': { interrupt: (count) => (count === 1 ? 'cut' : null) },
  'sse-error': { interrupt: () => 'error' },
  'sse-error-once': { interrupt: (count) => (count === 1 ? 'error' : null) },
  stall: { interrupt: () => 'stall' },
  'stall-once': { interrupt: (count) => (count === 1 ? 'stall' : null) },
  hang: { isDeaf: true },
  'max-tokens': {
    change: () => textTurn('長い説明の途中で、ことばの上限に届き（DEMO）', 'max_tokens'),
  },
  refusal: { change: () => textTurn('', 'refusal') },
  escape,
  placeholder: { change: (turn) => withPage(turn, withoutEffects) },
  'broken-html': {
    change: (turn) =>
      withPage(turn, (html) => `${html.slice(0, html.lastIndexOf('{', half(html)))}{ if (`),
  },
  'no-game': {
    change: () =>
      textTurn(
        'すてきなゲームができました！（DEMO: 実は何も書いていません）\n\n提案: もっと速くして、BGMを付けて',
        'end_turn',
      ),
  },
  endless: {
    change: () => ({ blocks: [use('Glob', { pattern: '**/*' })], stopReason: 'tool_use' }),
  },
  asked: {
    change: (turn, conversation) =>
      withPage(turn, (html) => withFault(html, askedIn(conversation))),
    pace: (conversation) => Number(SLOW.exec(askedIn(conversation))?.[1] ?? NaN) || null,
  },
  'not-json': {
    change: (turn) =>
      turn.stopReason === 'end_turn'
        ? textTurn('DEMO です。JSON ではなく、ふつうの文で答えます。', 'end_turn')
        : turn,
  },
};

/** The fault of that name; null when there is none. */
export function faultNamed(name: string): Fault | null {
  const seconds = SLOW.exec(name)?.[1];
  if (seconds !== undefined) return { seconds: Number(seconds) };
  const wait = /^429-after-(\d{1,4})$/.exec(name)?.[1];
  if (wait !== undefined) return always(limited(Number(wait)));
  if (GAME_FAULTS.includes(name))
    return { change: (turn) => withPage(turn, (html) => withFault(html, name)) };
  return Object.hasOwn(FAULTS, name) ? (FAULTS[name] ?? null) : null;
}
