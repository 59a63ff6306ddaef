import { describe, expect, it } from 'vitest';
import { startFakeMessages, type Reply } from '../../fakes/messages-api.js';
import { Bench, KEY, game, type Outcome } from './bench.js';

/** Several runs at a time: each has a bench and a model of its own. */
async function runOnce(
  script: Reply[],
  changes: object,
): Promise<{ outcome: Outcome; leftovers: string[] }> {
  const bench = await Bench.open();
  const model = await startFakeMessages(script);
  try {
    const outcome = await bench.run(bench.input(changes as Record<string, unknown>), model.url);
    return { outcome, leftovers: await bench.leftovers() };
  } finally {
    await model.close();
    await bench.close();
  }
}

const WRITE: Reply = {
  use: [{ name: 'Write', input: { file_path: 'index.html', content: game('x') } }],
};
const FAULTS: [string, Reply[], { limits?: object }, { kind: string; retryAfterMs?: number }][] = [
  ['401', [{ status: 401, error: 'invalid x-api-key' }], {}, { kind: 'ModelKeyInvalid' }],
  ['403', [{ status: 403 }], {}, { kind: 'ModelKeyInvalid' }],
  ['404 (unknown model)', [{ status: 404 }], {}, { kind: 'ModelKeyInvalid' }],
  ['400', [{ status: 400 }], {}, { kind: 'ModelBadRequest' }],
  [
    '400 without credit',
    [{ status: 400, error: 'Your credit balance is too low to access the API' }],
    {},
    { kind: 'ModelKeyInvalid' },
  ],
  [
    '400 for a prompt that is too long',
    [{ status: 400, error: 'prompt is too long: 300000 tokens > 200000 maximum' }],
    {},
    { kind: 'ModelOutputTooLong' },
  ],
  [
    '429 with retry-after',
    [{ status: 429, headers: { 'retry-after': '1' } }],
    {},
    { kind: 'ModelRateLimited', retryAfterMs: 1_000 },
  ],
  [
    '429 that asks for more patience than there is',
    [WRITE, { status: 429, headers: { 'retry-after': '40' } }],
    { limits: { noProgressTimeoutMs: 3_000 } },
    { kind: 'ModelRateLimited', retryAfterMs: 40_000 },
  ],
  ['529', [{ status: 529 }], {}, { kind: 'ModelOverloaded' }],
  ['500', [{ status: 500 }], {}, { kind: 'ModelUnavailable' }],
  [
    'a stream that is always cut',
    [WRITE, { cutAfter: 'half a ' }],
    {},
    { kind: 'ModelUnavailable' },
  ],
  [
    'a server that never answers',
    [{ hang: 'before' }],
    { limits: { startTimeoutMs: 1_500 } },
    { kind: 'RunStalled' },
  ],
  [
    'a stream that falls silent',
    [{ hang: 'after-start' }],
    { limits: { noProgressTimeoutMs: 1_500 } },
    { kind: 'RunStalled' },
  ],
  [
    'the token limit',
    [{ say: 'half a game', stop: 'max_tokens' }],
    {},
    { kind: 'ModelOutputTooLong' },
  ],
  ['a refusal', [{ say: '', stop: 'refusal' }], {}, { kind: 'ModelRefused' }],
  [
    'too many turns',
    [{ use: [{ name: 'Glob', input: { pattern: '*' } }] }],
    { limits: { maxTurns: 2 } },
    { kind: 'ModelBudgetExceeded' },
  ],
  [
    'too much money',
    [WRITE],
    { limits: { maxBudgetUsd: 0.000_001 } },
    { kind: 'ModelBudgetExceeded' },
  ],
  [
    'money that the key proxy sees the end of before the model program does',
    [WRITE],
    { limits: { maxBudgetUsd: 0.01 } },
    { kind: 'ModelBudgetExceeded' },
  ],
];

describe.concurrent('a model that fails', () => {
  it.each(FAULTS)(
    '%s is told by its own kind, changes nothing and leaves nothing',
    async (_name, script, changes, expected) => {
      const { outcome, leftovers } = await runOnce(script, changes);
      expect(outcome.error).toMatchObject(expected);
      if (expected.kind === 'ModelBudgetExceeded')
        expect(outcome.error?.costUsd).toBeGreaterThan(0);
      expect(outcome.exitCode).toBe(1);
      expect(outcome.stdout + outcome.stderr).not.toContain(KEY);
      expect(leftovers).toEqual([]);
    },
  );
});

describe('a run that cannot begin', () => {
  const trying = async (
    input: (bench: Bench) => object | string,
    env: Record<string, string> = {},
  ): Promise<string | undefined> => {
    const bench = await Bench.open();
    try {
      const outcome = await bench.run(input(bench), 'http://127.0.0.1:9', env);
      expect(await bench.leftovers()).toEqual([]);
      return outcome.error?.kind;
    } finally {
      await bench.close();
    }
  };

  it('for want of a server is told as unavailable', async () => {
    expect(await trying((bench) => bench.input())).toBe('ModelUnavailable');
  });
  it('for want of a key is told so', async () => {
    expect(await trying((bench) => bench.input(), { ANTHROPIC_API_KEY: '' })).toBe(
      'ModelKeyInvalid',
    );
  });
  it('because its input is garbage or unknown is told so', async () => {
    expect(await trying(() => '{"command":')).toBe('OPERATION_FAILED');
    expect(await trying(() => ({ command: 'nothing' }))).toBe('OPERATION_FAILED');
  });
  it('in a folder that is not its own touches nothing there', async () => {
    expect(await trying((bench) => bench.input({ scratchDir: bench.dir }))).toBe('PATH_ESCAPE');
  });
  it('because its version is not there is told as missing', async () => {
    expect(await trying((bench) => bench.input({ parent: 'a'.repeat(40) }))).toBe(
      'RevisionMissing',
    );
  });
});
