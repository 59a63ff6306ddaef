import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectWorkflowId } from '../../../src/contracts/base/ids.js';
import { OtlpReceiver, type ReceivedSpan } from '../../fakes/otlp-receiver.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';

const CANARY = 'CANARY-ほしを集めるゲーム';

/** One message is one trace, whichever backend does the work. */
export function describeTraces(backend: 'local' | 'modal'): void {
  let receiver: OtlpReceiver;
  let stack: Stack;
  let jobId: string;
  let projectId: string;
  let token: string;
  let spans: ReceivedSpan[];

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    stack = await startStack({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        TRACE_URL_TEMPLATE: 'http://jaeger/trace/{traceId}',
      },
      modalEmulator: backend === 'modal',
    });
    const player = await newPlayer(stack);
    token = player.user.accessToken;
    projectId = player.projectId;
    jobId = await say(player, `2Dの${CANARY}を作って`);
    await player.listener.until(({ type }) => type === 'completed');
    player.listener.close();
    await receiver.until(({ name }) => name === 'workflow generateGame');
    const { traceId } = await receiver.until(({ name }) => name === 'message message');
    await receiver.until(({ name }) => name === 'callback end');
    await receiver.until(({ name }) => name === 'callback recording');
    spans = receiver.spans.filter((span) => span.traceId === traceId);
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  /** The one span of this name in the message's trace. */
  const named = (name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    expect(found, name).toHaveLength(1);
    return found[0]!;
  };

  it('is one trace, from the message to the last post of its runner', () => {
    const chain = [
      'message message',
      'workflow generateGame',
      'activity runAgent',
      'runner generate',
      'callback end',
    ].map(named);
    expect(chain[0]!.parentSpanId ?? '').toBe('');
    for (const [at, span] of chain.slice(1).entries())
      expect(span.parentSpanId, span.name).toBe(chain[at]!.spanId);
    const services = chain.map(({ service }) => service);
    const [api, worker] = ['dreamcore-api', 'dreamcore-worker'];
    expect(services).toEqual([api, worker, worker, worker, api]);
  });

  it('has the recording that its runner sends home', () => {
    const { parentSpanId, attributes } = named('callback recording');
    expect(parentSpanId).toBe(named('runner generate').spanId);
    expect(attributes).toMatchObject({ 'dreamcore.job_id': jobId, 'dreamcore.attempt': 1 });
  });

  it('has no span whose parent is not in it', () => {
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const lost = spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId));
    expect(lost.map(({ name }) => name)).toEqual([]);
    expect(spans.filter(({ name }) => name.startsWith('activity ')).length).toBeGreaterThan(5);
  });

  it('each span tells job, attempt, kind and backend where it has them', () => {
    const job = { 'dreamcore.job_id': jobId };
    const attempt = { ...job, 'dreamcore.attempt': 1 };
    expect(named('message message').attributes).toMatchObject(job);
    for (const name of ['workflow generateGame', 'activity runAgent', 'runner generate'])
      expect(named(name).attributes, name).toMatchObject({
        ...attempt,
        'dreamcore.kind': name.split(' ')[1],
        'dreamcore.backend': backend,
      });
    expect(named('callback end').attributes).toMatchObject(attempt);
  });

  it('holds no word of the user or the model, no token and no key', () => {
    expect(receiver.text).not.toContain('CANARY');
    for (const [name, value] of Object.entries({ ...stack.env, token }))
      if (/KEY|SECRET|TOKEN/i.test(name) && value.length > 8)
        expect(receiver.text, name).not.toContain(value);
    expect(receiver.text).not.toMatch(/<html|index\.html|"(?:prompt|content)"/i);
  });

  it('is linked from the details of its workflow', async () => {
    const connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
    try {
      const { workflow } = new Client({ connection });
      const described = await workflow.getHandle(projectWorkflowId(projectId)).describe();
      const { traceId } = named('message message');
      const link = `- trace: [${traceId}](http://jaeger/trace/${traceId})`;
      expect(await described.staticDetails()).toContain(link);
    } finally {
      await connection.close();
    }
  });
}
