import { describe, expect, it } from 'vitest';
import { RecordingLine } from '../../../src/contracts/execution/recording.js';
import { callbackKey, startReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type Reply } from '../../fakes/messages-api.js';
import { Bench, game, KEY, type Outcome } from './bench.js';

interface Recorded {
  outcome: Outcome;
  lines: RecordingLine[];
  text: string;
  callId: string;
  /** What it left beside its scratch folder, when it failed. */
  failed: { subject: string; kind: string | undefined; paths: string[] } | null;
}

async function record(script: Reply[], changes: Record<string, unknown> = {}): Promise<Recorded> {
  const [bench, receiver, model] = await Promise.all([
    Bench.open(),
    startReceiver(),
    startFakeMessages(script),
  ]);
  try {
    const input = bench.input({ callbackUrl: receiver.url, ...changes });
    const outcome = await bench.run(input, model.url);
    expect(receiver.faults).toEqual([]);
    expect(receiver.recordings).toHaveLength(1);
    const lines = (receiver.recordings[0] ?? []).map((line) => RecordingLine.parse(line));
    return {
      outcome,
      lines,
      text: JSON.stringify(lines),
      callId: String(input['callId']),
      failed: await failedOf(bench),
    };
  } finally {
    await Promise.all([model.close(), receiver.close(), bench.close()]);
  }
}

async function failedOf(bench: Bench): Promise<Recorded['failed']> {
  if (!(await bench.written()).some((name) => name.endsWith('.failed'))) return null;
  const { commit, manifest } = await bench.keepFailed();
  const { subject, trailers } = commit;
  return { subject, kind: trailers['Failure'], paths: manifest.files.map(({ path }) => path) };
}

const write = (content: string): Reply => ({
  use: [{ name: 'Write', input: { file_path: 'index.html', content } }],
});

describe('E8: what a run leaves to be looked at', () => {
  it('comes home signed: what was asked, each exchange, the output, the end', async () => {
    const { outcome, lines } = await record([write(game('recorded')), { say: 'できました' }]);
    expect(outcome.exitCode).toBe(0);
    const types = lines.map(({ type }) => type);
    expect(types[0]).toBe('run');
    expect(types.at(-1)).toBe('end');
    expect(lines[0]).toMatchObject({ input: { prompt: 'make a game', attempt: 1 } });
    const requests = lines.filter((line) => line.type === 'request');
    expect(requests.length).toBeGreaterThanOrEqual(2);
    expect(requests[0]?.body).toContain('SYSTEM-RULES');
    const first = requests[0]?.call;
    const answer = lines
      .filter((line) => line.type === 'chunk')
      .filter(({ call }) => call === first)
      .map(({ text }) => text)
      .join('');
    expect(answer).toMatch(/^event: message_start/);
    expect(answer).toContain('recorded');
    expect(lines.find((line) => line.type === 'answer')).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('text/event-stream') as string },
    });
    expect(lines.filter((line) => line.type === 'output').length).toBeGreaterThan(1);
    expect(lines.at(-1)).toMatchObject({ failure: null, revision: outcome.result?.['revision'] });
  });

  it('has no key and no token in it, whoever quotes them', async () => {
    const { lines, text, callId } = await record([
      { status: 400, error: `what is ${KEY} doing here` },
    ]);
    expect(text).toContain('[redacted]');
    expect(text).not.toContain(KEY);
    expect(text).not.toContain(callbackKey(callId));
    expect(text).not.toMatch(/run-[0-9a-f]{48}/);
    expect(lines.at(-1)).toMatchObject({ failure: { kind: 'ModelBadRequest' } });
  });

  it('tells of an answer that broke off', async () => {
    const { lines } = await record([write(game('x')), { cutAfter: 'half a ' }]);
    expect(lines.some((line) => line.type === 'answered' && line.isCut)).toBe(true);
    expect(lines.some((line) => line.type === 'stderr')).toBe(true);
  });

  it('E4: keeps what a failed run had made, unchecked, and nothing of a good one', async () => {
    const bad = await record([write(game('half made')), { status: 400 }]);
    expect(bad.outcome.error?.kind).toBe('ModelBadRequest');
    expect(bad.failed).toMatchObject({ kind: 'ModelBadRequest', paths: ['index.html'] });
    expect(bad.failed?.subject).toMatch(/^unchecked, ModelBadRequest: /);
    const nothing = await record([{ status: 400 }]);
    expect(nothing.failed).toBeNull();
    const good = await record([write(game('good')), { say: 'できました' }]);
    expect(good.failed).toBeNull();
  });
});
