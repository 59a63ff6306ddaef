import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDemoServer, type DemoServer } from '../../../dev/demo-model/server.js';
import { makeWorkplace, runClaude, type Workplace } from './claude-cli.js';
import { sample } from '../../scope.js';

/** A request for each engine, and a change with the line that it must bring. */
const JOBS = [
  [
    '2D shooting',
    '2Dのシューティングゲームを作って\n\nDimension: 2d',
    '敵を青にして、連射を速くして',
    "enemyColor: '#2563eb'",
  ],
  ['2D catching', '猫が魚を集めるゲーム\n\nDimension: 2d', 'ライフを5に', 'lives: 5'],
  [
    '2D running',
    '忍者がジャンプして鬼をよけるゲーム\n\nDimension: 2d',
    '背景を夜にして',
    '"name":"backgroundTop","label":"空の色","kind":"color","value":"#0b1030"',
  ],
  [
    '2D blocks',
    'フルーツのマッチパズル\n\nDimension: 2d\n\n=== ビジュアルスタイル ===\nKAWAII\nID: kawaii\nパステルの丸い形。',
    'BGMを付けて',
    '// 【BGM】',
  ],
  [
    '2D tapping',
    'もぐらたたき\n\nDimension: 2d',
    'タイトルを「森のもぐら祭り」に変えて',
    '<title>森のもぐら祭り</title>',
  ],
  ['3D riding', 'レースゲーム\n\nDimension: 3d', '敵を増やして', 'enemyRate: 1.35'],
  ['3D shooting', 'シューティング\n\nDimension: 3d', '主人公を大きくして', 'playerSize: 86.4'],
  ['3D stacking', 'パズルゲーム\n\nDimension: 3d', 'もっとゆっくりにして', 'gameSpeed: 0.741'],
] as const;

let demo: DemoServer;
let place: Workplace;
beforeAll(async () => {
  demo = await startDemoServer({ apiKey: 'demo' });
});
afterAll(() => demo.close());
beforeEach(async () => {
  place = await makeWorkplace();
});
afterEach(() => place.remove());

const read = (file: string): Promise<string> => readFile(path.join(place.project, file), 'utf8');

describe('the real Claude CLI, driven by the demo model', () => {
  it.each(
    sample('edits.test.ts and games.test.ts make and change each kind without the CLI', JOBS, [
      JOBS[0],
      JOBS[5],
    ]),
  )(
    'makes a %s game and then changes what was asked, and nothing else',
    async (_, request, change, expected) => {
      const made = await runClaude(place, demo.url, request);
      expect(made.result).toMatchObject({
        subtype: 'success',
        is_error: false,
        terminal_reason: 'completed',
      });
      expect(made.result.result).toMatch(/DEMO[\s\S]*\n提案: /);
      const before = await read('index.html');
      expect(before).toMatch(/^<!doctype html>[\s\S]*DEMO[\s\S]*<\/html>\n$/);
      expect(await read('specs/game.md')).toMatch(/^- ゲーム名: \S/m);
      expect(before).not.toContain(expected);

      const changed = await runClaude(place, demo.url, change);
      expect(changed.result).toMatchObject({
        subtype: 'success',
        is_error: false,
        permission_denials: [],
      });
      const after = await read('index.html');
      expect(after).toContain(expected);
      const gone = before.split('\n').filter((line) => !after.split('\n').includes(line));
      expect(gone.length).toBeLessThanOrEqual(3);
    },
  );

  it('streams the game as it is written, at the pace that was set', async () => {
    const slow = await startDemoServer({ seconds: 2 });
    try {
      const startedAt = Date.now();
      const { events } = await runClaude(place, slow.url, 'シューティング');
      const deltas = events.filter(
        (event) =>
          event.type === 'stream_event' && JSON.stringify(event).includes('input_json_delta'),
      );
      expect(deltas.length).toBeGreaterThan(10);
      expect(Date.now() - startedAt).toBeGreaterThan(1_400);
    } finally {
      await slow.close();
    }
  });

  it('answers a wish that it does not understand without touching a file', async () => {
    await runClaude(place, demo.url, 'シューティング');
    const before = await read('index.html');
    const { result, events } = await runClaude(place, demo.url, '全員で歌って踊って');
    expect(result.result).toContain('ファイルは変えていません');
    expect(await read('index.html')).toBe(before);
    expect(JSON.stringify(events.filter((event) => event.type === 'assistant'))).not.toMatch(
      /"name":"(?:Edit|Write)"/,
    );
  });
});
