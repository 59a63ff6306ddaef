/** Words that name a visual style, in both languages; the first that fits wins. */
const STYLE_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /ドット絵|レトロ|ピクセル|ファミコン|\bpixel(?:[ -]?art)?\b|\bretro\b|\b(?:8|16)[- ]?bit\b/i,
    'retro',
  ],
  [/ダークファンタジー|ゴシック|\bdark fantasy\b|\bgothic\b/i, 'dark_fantasy'],
  [/ネオン|サイバーパンク|\bneon\b|\bsynthwave\b|\bcyberpunk\b/i, 'neon'],
  [/ミニマル|\bminimal(?:ist)?\b/i, 'minimal'],
  [/カワイイ|KAWAII|\bkawaii\b/i, 'kawaii'],
  [/アニメ(?:風|調|っぽ)|\banime\b/i, 'anime'],
  [/パステル|\bpastel\b/i, 'pastel'],
  [/モダン|\bmodern (?:look|style|design)\b/i, 'modern'],
  [/カートゥーン|\bcartoon/i, 'cartoon'],
  [/フューチャー|近未来|\bfuturistic\b/i, 'futuristic'],
  [/手描き|手書き風|鉛筆|\bhand[- ]?drawn\b|\bpencil\b/i, 'hand_drawn'],
  [/ペーパークラフト|切り絵|切り紙|\bpaper[- ]?(?:craft|cut)/i, 'paper'],
  [/水彩|\bwatercolou?r\b/i, 'watercolor'],
  [/ポップアート|\bpop[- ]?art\b/i, 'pop'],
  [/コミック風|アメコミ|\bcomic(?:[- ]?book)?\b/i, 'comic'],
  [/ナチュラル|\bnatural (?:look|style|colou?rs)\b/i, 'nature'],
  [/中世|\bmedieval\b/i, 'medieval'],
  [/SF(?:風|っぽ|調)|\bsci-?fi\b/i, 'sci_fi'],
  [/ローポリ|\blow[- ]?poly\b/i, 'lowpoly'],
  [/リアル(?:風|な)|\brealistic\b/i, 'realistic'],
  [/トゥーン|\btoon\b|\bcel[- ]?shad/i, 'toon'],
  [/ボクセル|\bvoxel/i, 'voxel'],
  [/アーケード風|\barcade (?:look|style)\b/i, 'arcade'],
  [/アイソメ|クォータービュー|\bisometric\b/i, 'isometric'],
  [/スチームパンク|\bsteampunk\b/i, 'mechanical'],
  [/ファンタジー(?:風|調)|\bfantasy (?:look|style)\b/i, 'fantasy'],
  [/ダークな|\bdark (?:look|style|mood)\b/i, 'dark'],
];

/** Id of the style that a text names; `findStyle` decides which dimensions have it. */
export function mentionedStyle(text: string): string | null {
  const plain = text.normalize('NFKC');
  return STYLE_WORDS.find(([words]) => words.test(plain))?.[1] ?? null;
}
