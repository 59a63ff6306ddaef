import { describe, expect, it } from 'vitest';
import { RERUN_STEPS, type RerunStep } from '../contracts/durable/rerun.js';
import { briefByRules } from '../domain/design/brief-by-rules.js';
import { NothingToTake, takenBefore, type HistoryEvent } from './taken.js';

const ask = { request: '猫のゲーム', dimension: '2d', styleId: null } as const;
const BRIEF = briefByRules({ ...ask, language: 'ja' });
const SPEC = { ...ask, autoFix: false, parent: null };
const PLAN = { kind: 'generate', hasDefaultName: true, spec: SPEC, design: 'model' } as const;
const REVISION = 'c'.repeat(40);
const CANDIDATE = { revision: REVISION, summary: '完成', suggestions: ['速く'] };
const REPORT = {
  verdict: 'plays',
  findings: [],
  notes: [],
  reason: '',
  seed: 1,
  player: 1,
} as const;

/** The events of a job whose steps came to this, in this order. */
function history(...steps: readonly (readonly [name: string, result: unknown])[]): HistoryEvent[] {
  return steps.flatMap(([name, result], at) => [
    { eventId: 2 * at, activityTaskScheduledEventAttributes: { activityType: { name } } },
    {
      eventId: 2 * at + 1,
      activityTaskCompletedEventAttributes: {
        scheduledEventId: 2 * at,
        result: { payloads: [{ data: Buffer.from(JSON.stringify(result)) }] },
      },
    },
  ]);
}
const RAN = { kind: 'candidate', usage: null, ...CANDIDATE } as const;
const WHOLE = history(
  ['planGeneration', PLAN],
  ['designGame', BRIEF],
  ['runAgent', RAN],
  ['playGame', { ...REPORT, screenshot: 'a'.repeat(64), sheet: 'plays/x.png', tookMs: 3 }],
  ['runAgent', { ...RAN, revision: 'd'.repeat(40) }],
  ['playGame', { ...REPORT, verdict: 'broken', sheet: null, tookMs: 3 }],
);
const steps = RERUN_STEPS.filter((step) => step !== 'plan');

describe('E9: what a rerun takes from the job before it', () => {
  const { design: _, ...designed } = { ...PLAN, spec: { ...SPEC, brief: BRIEF } };
  const played = { ...designed, play: { parent: null } };
  it.each([
    ['design', { plan: PLAN }],
    ['run', { plan: designed }],
    ['play', { plan: played, candidate: CANDIDATE }],
    ['judge', { plan: played, candidate: CANDIDATE, play: REPORT }],
  ] as const)('before %s, of the first round', (from, taken) => {
    expect(takenBefore(from, WHOLE, undefined)).toEqual(taken);
  });

  it('before its play, with its sprites and what is to be sent or drawn in a run', () => {
    const image = { number: '1', called: 'Ship', assetId: 'an asset', name: 'ship-12345678' };
    const sent = { drawsSprites: true, attached: { images: [image], unusable: 1 } } as const;
    const sprites = { revision: 'f'.repeat(40), added: ['cat'] };
    const events = history(
      ['planGeneration', { ...PLAN, ...sent }],
      ['designGame', BRIEF],
      ['runAgent', RAN],
      ['addSprites', sprites],
    );
    expect(takenBefore('run', events, undefined)).toEqual({ plan: { ...designed, ...sent } });
    const candidate = { ...CANDIDATE, revision: sprites.revision };
    expect(takenBefore('play', events, undefined).candidate).toEqual(candidate);
  });

  it('a rerun of a rerun takes what that had taken', () => {
    const first = takenBefore('judge', WHOLE, undefined);
    const mended = history(['runAgent', { ...RAN, revision: 'e'.repeat(40) }]);
    expect(takenBefore('judge', mended, first)).toEqual(first);
    expect(takenBefore('play', mended, first).candidate).toEqual(CANDIDATE);
    const again = takenBefore('design', mended, first).plan;
    expect([again.design, again.spec.brief]).toEqual([BRIEF.by, undefined]);
  });

  it('what a failed run has left has no revision in the history', () => {
    const failed = history(['planGeneration', PLAN], ['designGame', BRIEF]);
    expect(takenBefore('play', failed, undefined).candidate?.revision).toBeNull();
  });

  it.each<[RerunStep[], HistoryEvent[], RegExp]>([
    [steps, [], /before it was planned: do it without --from/],
    [steps, history(['planGeneration', { kind: 'chat' }]), /no game \(chat\).*without --from/],
    [['run', 'play'], history(['planGeneration', PLAN]), /before its game.*--from design/],
    [['judge'], WHOLE.slice(0, 6), /was not played: do it --from play/],
    [
      ['play'],
      [...WHOLE.slice(0, 4), ...history(['runAgent', { kind: 'answer' }]).map(later)],
      /in words.*--from run/,
    ],
  ])('%j lacks something, and says what works instead', (from, events, why) => {
    for (const step of from) {
      const take = () => takenBefore(step as 'run', events, undefined);
      expect(take).toThrow(NothingToTake);
      expect(take).toThrow(why);
    }
  });
});

/** The same event behind those of another history. */
function later(event: HistoryEvent): HistoryEvent {
  const { activityTaskCompletedEventAttributes: completed } = event;
  return {
    ...event,
    eventId: 100 + Number(event.eventId),
    ...(completed && {
      activityTaskCompletedEventAttributes: {
        ...completed,
        scheduledEventId: 100 + Number(completed.scheduledEventId),
      },
    }),
  };
}
