import { DesignedBrief, spritePath } from './src/contracts/brief.ts';
import { briefByModel } from './src/domain/design/brief-by-rules.ts';
import { designPrompt } from './src/domain/design/design-prompt.ts';
import { generationPrompt } from './src/domain/generation-prompt.ts';
import { gameSpritePrompt } from './src/domain/design/sprite-prompt.ts';
import { answerDesign } from './dev/demo-model/design.ts';
import { composeGame, drawnRoles } from './dev/demo-model/games/compose.ts';
import { readPrompt } from './dev/demo-model/request-text.ts';
import { themeFromText } from './dev/demo-model/theme/theme.ts';
import { drawImage } from './dev/demo-model/gemini/drawing.ts';
import { openImages } from './src/runner/image/image-codec.ts';
import { spritePrompt } from './src/runner/image/sprite-prompt.ts';
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
for (const request of ['猫がジャンプするゲームを作って', '宇宙で戦うシューティング', '2048みたいなの', 'フルーツのパズル', '動物クイズ']) {
  const wish = { request, language: 'ja' as const, dimension: '2d' as const, styleId: 'neon' };
  const brief = briefByModel(DesignedBrief.parse(JSON.parse(answerDesign(designPrompt(wish)))), wish);
  const sprites = brief.sprites.map(({ name }) => name);
  const told = generationPrompt({ ...wish, style: null, autoFix: false, brief, sprites });
  const asked = readPrompt(told);
  const page = composeGame(themeFromText(request, wish), asked.images);
  console.log(request, sprites, asked.request === request, asked.images, asked.images.every((p, at) => page.includes(`['${brief.sprites[at]?.fallback}', '${p}']`)));
  if (request.startsWith('猫')) { console.log(told); console.log(gameSpritePrompt(brief.sprites[0]!, brief, null)); writeFileSync('/tmp/da-page.html', page); 
    for (const [i, s] of brief.sprites.entries()) { const t = performance.now(); const png = drawImage({ prompt: spritePrompt(gameSpritePrompt(s, brief, null)), width: 512, height: 512, isSprite: true }); const t2 = performance.now(); const made = await openImages().cutSprite(png, 512); const b = Buffer.from(made.data, 'base64'); writeFileSync(`/tmp/da-img-${s.name}.webp`, b); console.log(s.name, made.mimeType, b.length, (await sharp(b).metadata()).width, Math.round(t2 - t), Math.round(performance.now() - t2)); } }
}
console.log(composeGame(themeFromText('猫')).includes('const DRAWN = [\n];'), drawnRoles(themeFromText('シューティング', { styleId: null, dimension: '3d' })));
const ground = { width: 1400, height: 1400, channels: 3 as const, background: '#ff00ff' };
const drawn = await sharp({ create: ground }).composite([{ input: await sharp({ create: { width: 900, height: 600, channels: 3, background: '#808080' } }).png().toBuffer(), left: 300, top: 400 }]).png().toBuffer();
const m = await openImages().cutSprite(drawn, 512); console.log((await sharp(Buffer.from(m.data, 'base64')).metadata()));
await openImages().cutSprite(await sharp({ create: { width: 90, height: 60, channels: 3, background: '#808080' } }).png().toBuffer(), 512).catch((e) => console.log(e.kind));
