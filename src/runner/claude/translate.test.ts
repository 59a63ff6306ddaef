import { message } from '../../contracts/messages/message.js';
import { describe, expect, it } from 'vitest';
import { classifyExit, usageOf, type RunEnd } from './classify-exit.js';
import { parseLine, type Line, type ResultLine } from './messages.js';
import { Translator } from './translate.js';

const line = (value: object): Line => {
  const parsed = parseLine(JSON.stringify(value));
  if (!parsed) throw new Error('not a line');
  return parsed;
};
const streamed = (event: object): Line => line({ type: 'stream_event', event });
const show = (translator: Translator, lines: Line[]) =>
  lines.flatMap((each) => translator.translate(each));

const writing = (id: string, fragments: string[]): Line[] => [
  streamed({ type: 'message_start', message: { id: `m${id}` } }),
  streamed({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id, name: 'Write', input: {} },
  }),
  ...fragments.map((partial_json) =>
    streamed({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json },
    }),
  ),
  streamed({ type: 'content_block_stop', index: 0 }),
];

describe('what the player sees of a run', () => {
  it('is code, not JSON, while it is written', () => {
    const events = show(
      new Translator('/project'),
      writing('t1', [
        '{"file_path":"/project/ind',
        'ex.html","content":"a\\',
        'n\\"b\\ud83c',
        '\\udfae"}',
      ]),
    );
    expect(events).toEqual([
      { type: 'progress', progress: 18, message: message('STEP_WRITING') },
      { type: 'stream', content: '\n[Write]\n' },
      { type: 'file', filename: 'index.html', status: 'editing' },
      {
        type: 'progress',
        progress: 18,
        message: message('STEP_WRITING_FILE', { file: 'index.html' }),
      },
      { type: 'stream', content: 'a' },
      { type: 'stream', content: '\n"b' },
      { type: 'stream', content: '🎮' },
    ]);
  });

  it('and for operators: the turn, the tool, its file and how much of it is written', () => {
    const translator = new Translator('/project');
    const after = (lines: Line[]) => {
      show(translator, lines);
      return translator.doing();
    };
    const [start, block, file, code, end] = writing('t1', [
      '{"file_path":"/project/index',
      '.html","content":"あ\\n',
    ]) as [Line, Line, Line, Line, Line];
    const thinking = { tool: null, file: null, bytes: 0 };
    expect(translator.doing()).toEqual({ turn: 0, ...thinking });
    expect(after([start])).toEqual({ turn: 1, ...thinking });
    expect(after([block, file])).toEqual({ turn: 1, tool: 'Write', file: null, bytes: 0 });
    const written = { turn: 1, tool: 'Write', file: 'index.html', bytes: 4 };
    expect(after([code])).toEqual(written);
    expect(after([end])).toEqual(written);
    const result = { content: [{ type: 'tool_result', tool_use_id: 't1' }] };
    expect(after([line({ type: 'user', message: result })])).toEqual({ turn: 1, ...thinking });
    expect(after(writing('t2', ['{"file_path":"b.js"}']))).toMatchObject({ turn: 2, bytes: 0 });
  });

  it('follows what is written, and leaves the end of the bar to what comes after it', () => {
    const translator = new Translator('/project');
    const levels = Array.from({ length: 8 }, (_, at) =>
      show(translator, writing(`t${at}`, [])).flatMap((event) =>
        event.type === 'progress' ? [event.progress] : [],
      ),
    );
    expect(levels.flat()).toEqual([18, 23, 27, 31, 35, 38, 41, 44]);
    const content = 'x'.repeat(1_000);
    const long = Array.from({ length: 40 }, () => content).join('');
    const written = show(translator, writing('t9', [`{"content":"${long}`]));
    expect(written.findLast(({ type }) => type === 'progress')).toMatchObject({ progress: 68 });
    const repairs = show(new Translator('/project', true), writing('t', [`{"content":"${long}`]));
    expect(repairs.findLast(({ type }) => type === 'progress')).toMatchObject({ progress: 86 });
  });

  it('says that a file is done when its tool went well, and not when it failed', () => {
    const translator = new Translator('/project');
    show(translator, [
      ...writing('good', ['{"file_path":"a.js"}']),
      ...writing('bad', ['{"file_path":"b.js"}']),
    ]);
    const results = line({
      type: 'user',
      message: {
        content: [
          { type: 'tool_result', tool_use_id: 'good' },
          { type: 'tool_result', tool_use_id: 'bad', is_error: true },
        ],
      },
    });
    expect(translator.translate(results)).toEqual([
      { type: 'file', filename: 'a.js', status: 'completed' },
    ]);
    expect(translator.translate(results)).toEqual([]);
  });

  it(
    'holds each text once: streamed messages are not repeated by their whole form, errors of ' +
      'the program are not text',
    () => {
      const translator = new Translator('/project');
      const text = (id: string, model: string) =>
        line({
          type: 'assistant',
          message: { id, model, content: [{ type: 'text', text: 'hello' }] },
        });
      show(translator, [streamed({ type: 'message_start', message: { id: 'm1' } })]);
      expect(translator.translate(text('m1', 'x'))).toEqual([]);
      expect(translator.translate(text('m2', '<synthetic>'))).toEqual([]);
      expect(translator.translate(text('m3', 'x'))).toEqual([{ type: 'stream', content: 'hello' }]);
    },
  );

  it('F3: shows now and then that the model is at work, while it thinks as well', () => {
    const translator = new Translator('/project');
    const thinking = streamed({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'secret' },
    });
    const init = { type: 'system', subtype: 'init' } as const;
    expect(translator.translate(init, 0)).toHaveLength(1);
    expect(translator.translate(thinking, 9_000)).toEqual([]);
    const step = { type: 'progress', message: { code: 'STEP_THINKING' } };
    expect(translator.translate(thinking, 10_000)).toMatchObject([step]);
    expect(translator.translate(thinking, 19_000)).toEqual([]);
  });

  it('never holds thoughts, and notes which skills were used', () => {
    const translator = new Translator('/project');
    const events = show(translator, [
      streamed({ type: 'message_start', message: { id: 'm1' } }),
      streamed({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '' },
      }),
      streamed({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'thinking_delta', thinking: 'secret' },
      }),
      streamed({
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 's', name: 'Skill', input: {} },
      }),
      streamed({
        type: 'content_block_delta',
        index: 1,
        delta: { type: 'input_json_delta', partial_json: '{"skill":"games:p5js"}' },
      }),
    ]);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(translator.skills).toEqual(['games:p5js']);
  });

  it('passes over lines it does not know', () => {
    for (const text of [
      '',
      'not json',
      '[]',
      '{"type":"control_response"}',
      '{"type":"assistant"}',
    ])
      expect(parseLine(text)).toBeNull();
    expect(new Translator('/p').translate(streamed({ type: 'message_stop' }))).toEqual([]);
  });
});

describe('how a run ended', () => {
  const end = (result: Partial<ResultLine> | null, others: Partial<RunEnd> = {}): string | null =>
    classifyExit({
      result: result && { type: 'result', subtype: 'success', is_error: true, ...result },
      exitCode: result?.is_error === false ? 0 : 1,
      signal: null,
      stderrTail: '',
      wasRefused: false,
      retryAfterMs: null,
      isSpent: false,
      ...others,
    })?.kind ?? null;

  it.each([
    [{ is_error: false, result: 'done' }, null],
    [{ is_error: false, stop_reason: 'max_tokens' }, 'ModelOutputTooLong'],
    [{ is_error: false, stop_reason: 'refusal' }, 'ModelRefused'],
    [{ api_error_status: 401, terminal_reason: 'api_error' }, 'ModelKeyInvalid'],
    [
      { api_error_status: 400, terminal_reason: 'api_error', result: 'Credit balance is too low' },
      'ModelKeyInvalid',
    ],
    [{ api_error_status: 400, terminal_reason: 'prompt_too_long' }, 'ModelOutputTooLong'],
    [{ api_error_status: 413, terminal_reason: 'image_error' }, 'ModelBadRequest'],
    [{ api_error_status: 429 }, 'ModelRateLimited'],
    [{ api_error_status: 503 }, 'ModelUnavailable'],
    [{ api_error_status: 529 }, 'ModelOverloaded'],
    [{ terminal_reason: 'api_error', api_error: 'max_output_tokens' }, 'ModelOutputTooLong'],
    [{ terminal_reason: 'api_error', api_error: 'connection_failed' }, 'ModelUnavailable'],
    [{ terminal_reason: 'api_error', result: 'Request timed out' }, 'ModelUnavailable'],
    [
      { terminal_reason: 'api_error', result: 'Not logged in · Please run /login' },
      'ModelKeyInvalid',
    ],
    [{ subtype: 'error_max_turns', terminal_reason: 'max_turns' }, 'ModelBudgetExceeded'],
    [
      { subtype: 'error_max_budget_usd', terminal_reason: 'budget_exhausted' },
      'ModelBudgetExceeded',
    ],
    [{ subtype: 'error_during_execution', terminal_reason: 'aborted_streaming' }, 'RunCrashed'],
    [null, 'RunCrashed'],
  ] as [Partial<ResultLine> | null, string | null][])('%j is %s', (result, kind) => {
    expect(end(result)).toBe(kind);
  });

  it(
    'is a refusal when the program said so, and a crash when a good result is followed by a ' +
      'bad exit',
    () => {
      expect(
        end({ terminal_reason: 'api_error', api_error_status: null }, { wasRefused: true }),
      ).toBe('ModelRefused');
      expect(end({ is_error: false }, { exitCode: 137 })).toBe('RunCrashed');
    },
  );

  it('carries how long to wait, and what it cost with the cache counted', () => {
    const result = {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 429,
    } as const;
    expect(
      classifyExit({
        result,
        exitCode: 1,
        signal: null,
        stderrTail: '',
        wasRefused: false,
        retryAfterMs: 7_000,
        isSpent: false,
      })?.details,
    ).toEqual({ retryAfterMs: 7_000 });
    expect(
      usageOf({
        ...result,
        total_cost_usd: 0.5,
        num_turns: 2,
        duration_ms: 9,
        usage: {
          input_tokens: 1,
          output_tokens: 5,
          cache_read_input_tokens: 10,
          cache_creation_input_tokens: 100,
        },
      }),
    ).toEqual({ costUsd: 0.5, inputTokens: 111, outputTokens: 5, turns: 2, durationMs: 9 });
  });
});
