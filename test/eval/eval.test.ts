import { mkdtemp, rm, appendFile, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import type { PlayFinding, PlayReport } from '../../src/contracts/game/play.js';
import { deltaE, distanceToPalette, labOf, pointsOf, rgbOf } from './colours.js';
import { FIRST_TRY, metricsOf, passesGate } from './metrics.js';
import { seenIn } from './plays.js';
import { Purse } from './purse.js';
import { addResult, readResults, resultsFile, type Result, type Step } from './results.js';
import { comparison, tableOf } from './table.js';
import { readEnd } from './user.js';

const GAME: NonNullable<Step['game']> = {
  repairs: 0,
  first: 'plays',
  last: 'plays',
  findings: [],
  falseAlarms: [],
  seen: { reacts: true, scores: true, ends: true, restarts: true, lasts: true },
  frameCpuMs: 4.2,
  checks: { reacts: true, ends: null },
  judged: { met: 3, unmet: 1, undecided: 0 },
};
const step = (change: Partial<Step> = {}): Step => ({
  ...{ text: 'x', wanted: 'make', did: 'make', failure: null, seconds: 10, usd: 0.2 },
  ...{ game: GAME, wish: null, edit: null },
  ...change,
});
const result = (item: string, steps: Step[] = [step()], kind: Result['kind'] = 'wish'): Result => ({
  ...{ item, kind, language: 'en', at: '2026-11-28T00:00:00.000Z', commit: 'abc', model: 'demo' },
  steps,
});
const valueOf = (results: Result[], name: string): number | null | undefined =>
  metricsOf(results).find((metric) => metric.name === name)?.value;

describe('what a play tells of a game', () => {
  const report = (change: Partial<PlayReport> = {}): PlayReport => ({
    ...{ verdict: 'plays', findings: [], notes: [], reason: '', seed: 1, player: 2 },
    ...change,
  });
  const found = (code: PlayFinding['code']): PlayFinding[] => [
    { code, when: 'touched', words: '', evidence: '' },
  ];
  const STATES = [
    'touched: [[["score","0"],["state","playing"]],[],[]]',
    'touched: [[["score","3"],["state","over"]],[],[]]',
    'end: over after 9000 ms; it was begun again',
  ];

  it('is what the check asks for, by its report and its states', () => {
    expect(seenIn(report(), STATES)).toEqual(GAME.seen);
    const quiet = ['touched: [[],[],[]]', 'end: it was not over while it was played'];
    const untold = { reacts: true, scores: null, ends: null, restarts: null, lasts: true };
    expect(seenIn(report(), quiet)).toEqual(untold);
  });

  it('is no where it has a finding, and unknown where it cannot tell', () => {
    const broken = (code: PlayFinding['code']) =>
      seenIn(report({ verdict: 'broken', findings: found(code) }), STATES);
    expect(broken('deaf')).toMatchObject({ reacts: false });
    expect(broken('dead-end')).toMatchObject({ ends: true, restarts: false });
    expect(broken('instant-death')).toMatchObject({ lasts: false });
    expect(broken('blank')).toMatchObject({ reacts: false });
    expect(seenIn(report({ notes: found('unsteady') }), STATES)).toMatchObject({ reacts: null });
    expect(seenIn(report({ notes: found('keys-only') }), STATES)).toMatchObject({ reacts: false });
    expect(seenIn(report({ verdict: 'unplayed' }), STATES)).toBeNull();
  });
});

describe('what the end of a job says of it', () => {
  const job = { id: 'j', user_id: 'u', project_id: 'p', status: 'completed', progress: 100 };
  const row = {
    ...{ ...job, progress_message: null, result: null, error: null, created_at: '' },
    ...{ updated_at: '', attempt: 2, slot_at: null, queue_no: null, last_event_at: null },
    ...{ usage: null, trying: { round: 1, tryNo: 1, repairsFrom: 2, leftModal: false } },
  };
  const ended = (result: object, frames: { type: string; [field: string]: unknown }[] = []) =>
    readEnd({ type: 'completed', job: row, result }, frames);

  it('is a game or change, with its repairs', () => {
    expect(ended({ message: 'm', html: '' }, [{ type: 'stream', content: 'first' }])).toEqual({
      ...{ jobId: 'j', did: 'edit', failure: null, said: 'first\nm', repairs: 1 },
    });
  });

  it('is words, or the offer to go back', () => {
    const chat = { message: 'm', mode: 'chat' };
    expect(ended({ ...chat, generator: 'haiku' }).did).toBe('chat');
    expect(ended({ ...chat, generator: 'claude' }).did).toBe('edit');
    expect(ended({ message: 'm', mode: 'restore' }).did).toBe('restore');
  });

  it('is its kind of failure', () => {
    const failed = { ...row, error_code: 'GameBroken' };
    expect(readEnd({ type: 'failed', job: failed }, [])).toMatchObject({
      ...{ jobId: 'j', did: null, failure: 'GameBroken' },
    });
    expect(readEnd({ type: 'error', message: 'no' }, []).failure).toBe('error');
  });
});

describe('how far a screen is from its style', () => {
  it('is measured as the eye sees it', () => {
    expect(deltaE(labOf([0, 0, 0]), labOf([255, 255, 255]))).toBeCloseTo(100, 1);
    expect(labOf(rgbOf('#ff0000')).map(Math.round)).toEqual([53, 80, 67]);
    expect(distanceToPalette([[255, 0, 0]], ['#ff0000', '#000000'])).toBe(0);
    const half = distanceToPalette([rgbOf('#ffffff'), rgbOf('#000000')], ['#000000']);
    expect(half).toBeCloseTo(50, 1);
  });

  it('is read from an image, a mean over its points', async () => {
    const create = { width: 90, height: 160, channels: 3, background: '#120627' } as const;
    const points = await pointsOf(await sharp({ create }).webp({ lossless: true }).toBuffer());
    expect(points.length).toBe(27 * 48);
    expect(distanceToPalette(points, ['#120627', '#ffffff'])).toBeLessThan(1);
    expect(distanceToPalette(points, ['#ffffff'])).toBeGreaterThan(80);
  });
});

describe('the numbers of an eval', () => {
  it('count games that play at first, and after their repair', () => {
    const results = [
      result('a'),
      result('b', [step({ game: { ...GAME, first: 'broken', repairs: 1 } })]),
      result('c', [
        step({ game: { ...GAME, first: 'broken', last: 'broken', falseAlarms: ['deaf'] } }),
      ]),
      result('d', [step({ game: { ...GAME, first: 'unplayed', last: 'unplayed', seen: null } })]),
    ];
    expect(valueOf(results, FIRST_TRY)).toBeCloseTo(100 / 3);
    expect(valueOf(results, 'plays, after repair')).toBeCloseTo(200 / 3);
    expect(valueOf(results, 'could not be played')).toBe(25);
    expect(valueOf(results, 'games with a false alarm')).toBe(25);
    expect(valueOf(results, 'processor time of a frame, p50')).toBe(4.2);
    expect(valueOf(results, 'checks of the wish met')).toBe(100);
    expect(valueOf(results, 'checks that the play could decide')).toBe(50);
    expect(valueOf(results, 'checks of the brief met, by the judge')).toBe(75);
    expect(passesGate(metricsOf(results), 33)).toBe(true);
    expect(passesGate(metricsOf(results), 34)).toBe(false);
    expect(passesGate(metricsOf([]), 1)).toBe(false);
  });

  it('tell a wrong genre that the player knows of from one that was told as done', () => {
    const wish = (made: string | null, isNearestTold: boolean): Step =>
      step({
        wish: {
          ...{ genre: { wanted: ['race'], made }, isNearestTold, styleDistance: 20 },
          ...{
            isStyleGiven: made === 'race',
            isTitleRead: made !== null,
            isOwnGame: null,
            hasOwnImage: null,
          },
        },
      });
    const results = [
      result('a', [
        wish('race', false),
        wish('catch', true),
        wish('catch', false),
        wish(null, false),
      ]),
    ];
    expect(valueOf(results, 'genre as wished')).toBe(25);
    expect(valueOf(results, 'another genre, told as done')).toBe(50);
    const told = metricsOf(results).find(({ name }) => name.endsWith('style that was picked'));
    expect(told).toMatchObject({ value: 20, of: 1, unit: 'ΔE' });
  });

  it('leave out what nobody can tell', () => {
    const results = [result('a', [step({ did: null, failure: 'GameBroken', game: null })])];
    expect(valueOf(results, 'jobs completed')).toBe(0);
    expect(valueOf(results, 'intent understood')).toBeNull();
    expect(tableOf(metricsOf(results))).toContain('| intent understood | – | 0 |');
  });

  it('stand beside those of another eval, better or worse', () => {
    const before = [result('a', [step({ usd: 0.2 }), step({ wanted: 'chat' })])];
    const after = [result('a', [step({ usd: 0.3 }), step()])];
    const table = comparison(['one', 'two'], metricsOf(before), metricsOf(after));
    expect(table).toContain('| Metric | one | two | Difference | Of |');
    expect(table).toContain('| intent understood | 50 % | 100 % | +50 % better | 2 |');
    expect(table).toContain('| cost of a message | $0.200 | $0.250 | +$0.050 worse | 2 |');
    expect(table).toContain('| plays, first try | 100 % | 100 % | = | 2 |');
    expect(table).toContain('| changes: the rest was kept | – | – |  | 0 |');
  });
});

describe('the purse of an eval', () => {
  it('begins nothing that would cost more than is left, with all that is under way', () => {
    const purse = new Purse(1.2, []);
    expect([purse.begin('wish'), purse.begin('wish'), purse.begin('wish')]).toEqual([
      ...[true, true, false],
    ]);
    purse.settle('wish', result('a'));
    purse.settle('wish', null);
    expect(purse.spentUsd).toBeCloseTo(0.2);
    // It knows now what a wish costs.
    expect(purse.estimateUsd('wish')).toBeCloseTo(0.2);
    expect([purse.begin('chain'), purse.begin('wish')]).toEqual([false, true]);
  });

  it('counts what earlier runs of its name have spent; without a budget it has no end', () => {
    const earlier = [result('a', [step({ usd: 5 })])];
    expect(new Purse(5, earlier).begin('wish')).toBe(false);
    expect(new Purse(null, earlier).begin('chain')).toBe(true);
  });
});

describe('the results of an eval', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-eval-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are read back item by item, also after a line that was cut off', async () => {
    const file = path.join(folder, 'below', 'x.jsonl');
    expect(readResults(file)).toEqual([]);
    addResult(file, result('a'));
    await appendFile(file, '{"item":"b","ki');
    expect(readResults(file).map(({ item }) => item)).toEqual(['a']);
    addResult(file, result('c'));
    expect(readResults(file).map(({ item }) => item)).toEqual(['a', 'c']);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  });

  it('stand in a folder of their own, whatever their name', () => {
    expect(resultsFile('demo-1')).toMatch(/test-results\/eval\/demo-1\.jsonl$/);
    for (const name of ['', '../x', '.x', 'a/b']) expect(() => resultsFile(name)).toThrow();
  });
});
