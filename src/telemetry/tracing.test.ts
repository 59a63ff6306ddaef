import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OtlpReceiver } from '../../test/fakes/otlp-receiver.js';
import { patient } from '../../test/support/patience.js';
import { AppError } from '../contracts/base/errors.js';
import { readTraceparent, traceparentOf, tracedWork } from '../contracts/durable/traces.js';
import { createLog, logOutput } from './log.js';
import { currentSpan, inSpan, isTracing, noteWork, startTracing, traceFields } from './tracing.js';

const SOURCES = import.meta.dirname;
const JOB = '6d0c43ce-0f0e-4e43-9d24-6a0b1b8a3d10';
const log = createLog('test');

/** What a process has loaded of OpenTelemetry after these lines. */
function packagesLoaded(lines: string, env: Record<string, string> = {}): string[] {
  const code = `
    import { createRequire } from 'node:module';
    import { startTracing, inSpan } from './tracing.ts';
    ${lines}
    const { cache } = createRequire(import.meta.url);
    const names = Object.keys(cache).map((file) => /@opentelemetry\\/[\\w-]+/.exec(file)?.[0]);
    console.log(JSON.stringify([...new Set(names.filter(Boolean))]));
    process.exit(0);`;
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    encoding: 'utf8',
    cwd: SOURCES,
    env: { ...process.env, ...env },
  });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as string[];
}

describe('I6: without a collector', () => {
  it('no package of OpenTelemetry is loaded, and work runs as it is', () => {
    const run = "await inSpan({ layer: 'message', kind: 'message' }, async () => 1);";
    expect(packagesLoaded(`await startTracing({}, 'x', null); ${run}`)).toEqual([]);
    const endpoint = "{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }";
    expect(packagesLoaded(`await startTracing(${endpoint}, 'x', null);`)).toContain(
      '@opentelemetry/sdk-trace-base',
    );
  });

  it('no source names a package of OpenTelemetry but by a type or where it is wanted', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
    const atOnce = files
      .filter((file) => /\.ts$/.test(file))
      .filter((file) =>
        /^import (?!type ).*@opentelemetry/m.test(readFileSync(path.join(SOURCES, file), 'utf8')),
      );
    expect(atOnce).toEqual([]);
  });

  it('nothing is kept of what runs', async () => {
    expect(isTracing()).toBe(false);
    await inSpan({ layer: 'message', kind: 'message' }, async () => {
      noteWork({ jobId: JOB });
      expect([currentSpan(), traceFields()]).toEqual([null, {}]);
    });
  });
});

describe('I6: with a collector', () => {
  let receiver: OtlpReceiver;
  let stop = async (): Promise<void> => undefined;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    stop = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, 'sample', log);
  });
  afterEach(() => expect(currentSpan()).toBeNull());
  afterAll(() => receiver.stop());

  it('work within work is a child, and both tell their job and attempt', async () => {
    await inSpan({ layer: 'message', kind: 'message' }, async () => {
      noteWork({ jobId: JOB });
      const work = { jobId: JOB, attempt: 2, backend: 'modal' } as const;
      await inSpan({ layer: 'runner', kind: 'generate', work }, async () => {
        const { traceId } = currentSpan()!;
        expect(traceFields()).toEqual({ traceId, jobId: JOB, attempt: 2 });
      });
    });
    const outer = await receiver.until(({ name }) => name === 'message message');
    const inner = await receiver.until(({ name }) => name === 'runner generate');
    expect(inner).toMatchObject({ traceId: outer.traceId, parentSpanId: outer.spanId });
    expect(outer.parentSpanId ?? '').toBe('');
    expect(outer.attributes).toEqual({ 'dreamcore.kind': 'message', 'dreamcore.job_id': JOB });
    expect(inner.attributes).toMatchObject({
      'dreamcore.attempt': 2,
      'dreamcore.backend': 'modal',
    });
    expect(inner.service).toBe('sample');
  });

  it('a log line names the trace beside job and attempt, none outside', async () => {
    const lines: string[] = [];
    const write = vi.spyOn(logOutput, 'write').mockImplementation((line) => void lines.push(line));
    const work = { jobId: JOB, attempt: 3 };
    const traceId = await inSpan({ layer: 'activity', kind: 'logged', work }, async () => {
      log.info('inside');
      return currentSpan()!.traceId;
    });
    log.info('outside');
    write.mockRestore();
    const [inside, outside] = lines.map((line) => JSON.parse(line) as object);
    expect(inside).toMatchObject({ msg: 'inside', traceId, jobId: JOB, attempt: 3 });
    expect(Object.keys(outside!)).toEqual(['level', 'time', 'name', 'msg']);
  });

  it('a failure is told by its kind; its message and details stay here', async () => {
    const failure = new AppError('RunCrashed', 'CANARY-message', { stderr: 'CANARY-stderr' });
    const work = tracedWork({ jobId: JOB, attempt: 1, prompt: 'CANARY-prompt', content: 'CANARY' });
    const failing = inSpan({ layer: 'activity', kind: 'runAgent', work }, async () => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    const span = await receiver.until(({ isFailed }) => isFailed);
    expect(span.attributes['error.type']).toBe('RunCrashed');
    expect(receiver.text).not.toContain('CANARY');
  });

  it('work that belongs to no trace, and spans that are not worth one, are not sent', async () => {
    const quiet = { layer: 'callback', kind: 'quiet' } as const;
    await inSpan({ ...quiet, parent: null }, async () => expect(currentSpan()).toBeNull());
    await inSpan({ ...quiet, isKept: () => false }, async () => undefined);
    await inSpan({ layer: 'callback', kind: 'loud' }, async () => undefined);
    await receiver.until(({ name }) => name === 'callback loud');
    expect(receiver.spans.filter(({ name }) => name === 'callback quiet')).toEqual([]);
  });

  it('a collector that never answers delays no work, and the end by two seconds', async () => {
    await stop();
    const silent = await OtlpReceiver.start({ answers: false });
    const config = { OTEL_EXPORTER_OTLP_ENDPOINT: silent.url };
    const stopSilent = await startTracing(config, 'silent', createLog('quiet'));
    const startedMs = performance.now();
    for (let span = 0; span < 5_000; span += 1)
      await inSpan({ layer: 'activity', kind: 'many' }, async () => undefined);
    expect(performance.now() - startedMs).toBeLessThan(patient(1_500));
    const stoppedMs = performance.now();
    await stopSilent();
    expect(performance.now() - stoppedMs).toBeLessThan(2_000 + patient(3_000));
    expect(isTracing()).toBe(false);
    await silent.stop();
  });
});

describe('a traceparent', () => {
  it('is read as W3C writes it; anything else names no span', () => {
    const place = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    expect(readTraceparent(traceparentOf(place))).toEqual(place);
    for (const text of [
      undefined,
      '',
      '00-x-y-01',
      traceparentOf({ ...place, spanId: '0'.repeat(16) }),
    ])
      expect(readTraceparent(text)).toBeNull();
  });
});
