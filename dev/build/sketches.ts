import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SKETCHES, sketchName, type SketchKind } from '../../src/domain/design/sketches.js';
import { composeGame } from '../demo-model/games/compose.js';
import { kitPart } from '../demo-model/games/kit.js';
import { both, spoken } from '../demo-model/languages.js';
import { themeFromText } from '../demo-model/theme/theme.js';

/** A wish for a small game of each kind, in both languages. */
const WISHES: Readonly<Record<SketchKind['genre'], string>> = {
  action: '宇宙で星を集めて敵をよけるアクション|collect stars and dodge the enemies in space',
  shooter: '宇宙シューティング|a space shooter',
  runner: '忍者がジャンプで走る|a ninja runner',
  catch: '猫が魚を集める|a cat collects fish',
  puzzle: 'フルーツのパズル|a fruit puzzle',
  board: '2048みたいなの|something like 2048',
  tap: 'もぐらたたき|whack a mole',
  quiz: '動物クイズ|an animal quiz',
  rhythm: 'リズムゲーム|a rhythm game',
  maze: '迷路|a maze with ghosts',
  idle: '牛を育成する放置ゲーム|a cow clicker',
  rpg: '勇者が魔王と戦うRPG|a turn-based battle with dragons',
  novel: 'お城の推理クイズ|a castle mystery quiz',
  race: 'レース|a car race',
  defence: 'お城を守るシューティング|a castle shooter',
  breakout: 'ブロック崩し|a brick breaker',
  fishing: '釣りゲーム|a fishing game',
  bubbles: 'バブルシューター|a bubble shooter',
  cards: '動物の神経衰弱|a memory game of animals',
  duel: '2人対戦のホッケー|air hockey for two',
};
const TITLE = { ja: 'スケッチ', en: 'Sketch' } as const;
/** The author in the head of a composed game. */
const MADE_BY = /<!-- DEMO: .* -->\n/;

/** One page: a small game that takes on the words and colours of a brief. */
export function sketchPage({ genre, dimension, language }: SketchKind): string {
  const wish = both(WISHES[genre])[language];
  const theme = themeFromText(wish, { styleId: null, dimension, language });
  const dress = spoken(kitPart('sketch'), language);
  const { backgroundTop: top, backgroundBottom: bottom } = theme.palette;
  // A sketch is shown while it loads: its first paint has the colours of the next ones.
  return composeGame({ ...theme, language, title: TITLE[language] })
    .replace(MADE_BY, '')
    .replace('background: #15131f;', `background: linear-gradient(${top}, ${bottom});`)
    .replace('</body>', () => `${dress}\n</body>`);
}

/** Writes every sketch into `folder`, each as `<name>.html`. */
export async function makeSketches(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    SKETCHES.map((kind) =>
      writeFile(path.join(folder, `${sketchName(kind)}.html`), sketchPage(kind)),
    ),
  );
}
