import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startDemoServer,
  type DemoServer,
  type SeenRequest,
} from '../../../dev/demo-model/server.js';
import { chatPrompt, chatSystemPrompt } from '../../../src/domain/chat/chat-prompt.js';
import { programArgs } from '../../support/programs.js';
import { patient } from '../../support/patience.js';

const MODEL = 'claude-haiku-5-5';
const TOOLS: Anthropic.Tool[] = ['Read', 'Write', 'Edit'].map((name) => ({
  name,
  input_schema: { type: 'object' },
}));
const seen: SeenRequest[] = [];
let demo: DemoServer;
beforeAll(async () => {
  demo = await startDemoServer({
    apiKey: 'right-key',
    onRequest: (request) => {
      seen.push(request);
    },
  });
});
afterAll(() => demo.close());

const client = (options: { fault?: string; apiKey?: string; timeout?: number } = {}): Anthropic =>
  new Anthropic({
    apiKey: options.apiKey ?? 'right-key',
    baseURL: demo.url + (options.fault ?? ''),
    maxRetries: 0,
    timeout: options.timeout ?? patient(10_000),
  });
const question = chatPrompt({
  question: '遊び方は？',
  projectName: 'ねこ大作戦',
  files: [],
  history: [{ role: 'user', content: '猫のゲーム' }],
});
const ask = {
  model: MODEL,
  max_tokens: 500,
  system: chatSystemPrompt('ja'),
  messages: [{ role: 'user' as const, content: question }],
};
const textOf = (message: Anthropic.Message): string =>
  message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');

describe('the demo model, asked through the SDK', () => {
  it('answers a question with the JSON that the product asks for', async () => {
    const message = await client().messages.create(ask);
    const answer = JSON.parse(textOf(message)) as { message: string; suggestions: string[] };
    expect(answer.message).toMatch(/^【DEMO】「ねこ大作戦」の遊び方です/);
    expect(answer.suggestions).toHaveLength(3);
    expect(message).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: MODEL,
      stop_reason: 'end_turn',
    });
    expect(message.usage.input_tokens).toBeGreaterThan(50);
    expect(message.usage.output_tokens).toBeGreaterThan(10);
  });

  it('streams the same as it answers at once, tool input included', async () => {
    const make = {
      model: MODEL,
      max_tokens: 32_000,
      tools: TOOLS,
      messages: [{ role: 'user' as const, content: '絵文字🚀の宇宙シューティング' }],
    };
    const [atOnce, streamed] = await Promise.all([
      client().messages.create(make),
      client().messages.stream(make).finalMessage(),
    ]);
    const withoutIds = (message: Anthropic.Message) =>
      message.content.map((block) => ({ ...block, id: '' }));
    expect(withoutIds(streamed)).toEqual(withoutIds(atOnce));
    expect(streamed.stop_reason).toBe('tool_use');
    expect(streamed.content.map((block) => block.type)).toEqual(['text', 'tool_use', 'tool_use']);
  });

  it('shows a test what really came over the wire', async () => {
    await client().messages.create(ask);
    expect(seen.at(-1)).toMatchObject({
      path: '/v1/messages',
      headers: { authorization: 'Bearer right-key' },
      body: { model: MODEL },
    });
  });

  it('counts tokens', async () => {
    const { input_tokens: few } = await client().messages.countTokens({
      model: MODEL,
      messages: [{ role: 'user', content: 'a' }],
    });
    const { input_tokens: many } = await client().messages.countTokens({
      model: MODEL,
      messages: [{ role: 'user', content: 'a'.repeat(4000) }],
    });
    expect(few).toBeGreaterThan(0);
    expect(many).toBeGreaterThan(few + 900);
  });

  it.each([
    [{ apiKey: 'wrong' }, 401, 'authentication_error'],
    [{ fault: '/fault/429-after-7' }, 429, 'rate_limit_error'],
    [{ fault: '/fault/529' }, 529, 'overloaded_error'],
    [{ fault: '/fault/nonsense' }, 404, 'not_found_error'],
  ])('fails like the real one: %j → %i', async (options, status, type) => {
    const error: unknown = await client(options)
      .messages.create(ask)
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status, error: { error: { type } } });
    if (status === 429) expect((error as APIError).headers?.get('retry-after')).toBe('7');
  });

  it('answers malformed requests with an error and lives on', async () => {
    for (const body of ['{', '{}', '{"model":"m","messages":"x"}']) {
      const response = await fetch(`${demo.url}/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': 'right-key' },
        body,
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        type: 'error',
        error: { type: 'invalid_request_error' },
      });
    }
    expect((await fetch(`${demo.url}/health`)).status).toBe(200);
    expect((await fetch(`${demo.url}/elsewhere`)).status).toBe(404);
  });

  it('breaks, stalls and talks beside the point when told to', async () => {
    const make = {
      model: MODEL,
      max_tokens: 32_000,
      tools: TOOLS,
      messages: [{ role: 'user' as const, content: 'パズル' }],
    };
    await expect(
      client({ fault: '/fault/cut' }).messages.stream(make).finalMessage(),
    ).rejects.toThrow();
    await expect(
      client({ fault: '/fault/sse-error' }).messages.stream(make).finalMessage(),
    ).rejects.toThrow(/Overloaded/);
    await expect(
      client({ fault: '/fault/hang', timeout: patient(300) }).messages.create(ask),
    ).rejects.toThrow(/timed out/i);
    const stalled = client({ fault: '/fault/stall' }).messages.stream(make);
    await expect
      .poll(() => stalled.currentMessage?.content.length, { timeout: patient(10_000) })
      .toBeGreaterThan(0);
    const quiet = await Promise.race([
      stalled.finalMessage().then(
        () => 'ended',
        () => 'failed',
      ),
      // Bare time: a stalled stream has no end to wait for
      new Promise((resolve) => setTimeout(resolve, 700, 'quiet')),
    ]);
    expect(quiet).toBe('quiet');
    stalled.abort();
    const plain = textOf(await client({ fault: '/fault/not-json' }).messages.create(ask));
    expect(plain).toContain('DEMO');
    expect(() => {
      JSON.parse(plain);
    }).toThrow(SyntaxError);
  });
});

describe('the process', () => {
  const start = (env: Record<string, string>) => {
    const child = spawn(process.execPath, programArgs('demo-model'), {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    return { child, exited: once(child, 'exit'), output: () => output };
  };

  it('says when it is ready, listens on the loopback, ends on SIGTERM mid-request', async () => {
    const { child, exited, output } = start({ DEMO_PORT: '0', DEMO_SECONDS: '0' });
    while (!output().includes('\n')) await new Promise((resolve) => setTimeout(resolve, 20));
    const line = JSON.parse(output().split('\n')[0] ?? '') as { url: string; msg: string };
    expect(line.msg).toBe('DEMO model API ready');
    expect((await fetch(`${line.url}/health`)).status).toBe(200);
    const hanging = fetch(`${line.url}/fault/hang/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'k' },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] }),
    });
    hanging.catch(() => undefined);
    // Bare time: the call is under way
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await expect(hanging).rejects.toThrow();
  });

  it.each([
    [{ NODE_ENV: 'production' }, 'NODE_ENV=production'],
    [{ DEMO_SECONDS: 'soon' }, 'DEMO_SECONDS must be a number'],
  ])('refuses %j', async (env, reason) => {
    const { exited, output } = start(env);
    expect(await exited).toEqual([1, null]);
    expect(output()).toContain(reason);
  });
});
