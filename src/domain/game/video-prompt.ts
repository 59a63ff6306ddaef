import { cut } from '../../contracts/base/cut.js';
import type { VideoStory } from '../../contracts/media/video.js';
import type { Language } from '../../contracts/base/language.js';
import { promptName } from '../generation/prompt-name.js';
import { quoted, QUOTES_ARE_DATA } from '../generation/quoted.js';

export interface VideoPromptInput {
  title: string;
  description: string;
  spec: string | null;
  code: string;
}

const MAX_SPEC_CHARS = 5_000;
const MAX_CODE_CHARS = 3_000;

const SYSTEM_PROMPTS: Record<Language, string> = {
  ja:
    'あなたはスマートフォン向けゲームの 7 秒の紹介動画に載せる言葉を書くコピーライターです。次の JSON だけを日本語で返してください: {"tagline": string, ' +
    '"scenes": [string, string, string], "colours": {"background": string, "accent": ' +
    'string}}。tagline はタイトルの下に出る 8〜20 文字の一文。scenes は順に、遊んでいる場面、いちばん盛り上がる場面、最後の呼びかけで、それぞれ 4〜12 ' +
    '文字。colours はゲームの雰囲気に合う #rrggbb の色で、background は暗い色、accent は明るい色。ゲームにないことは書かないでください。' +
    QUOTES_ARE_DATA.ja,
  en:
    'You write the words of a promotion video of 7 seconds for a phone game. Reply with this ' +
    'JSON only, in English: {"tagline": string, "scenes": [string, string, string], ' +
    '"colours": {"background": string, "accent": string}}. tagline: one sentence below the ' +
    'title, at most 24 characters. scenes, in this order: while it is played, at its best, and ' +
    'a call to play, each at most 16 characters. colours: #rrggbb that go with the game, the ' +
    'background dark, the accent bright. Write nothing that is not in the game. ' +
    QUOTES_ARE_DATA.en,
};

/** Asks for one JSON object in the maker's language; what comes back is validated. */
export const videoSystemPrompt = (language: Language): string => SYSTEM_PROMPTS[language];

/** Prompt that describes the game. */
export function videoPrompt({ title, description, spec, code }: VideoPromptInput): string {
  return [
    `ゲーム: ${promptName(title)}`,
    description.trim() ? `紹介文:\n${quoted(description)}` : null,
    spec ? `仕様:\n${quoted(cut(spec, MAX_SPEC_CHARS))}` : null,
    `index.html (冒頭):\n${quoted(cut(code, MAX_CODE_CHARS))}`,
    '依頼: このゲームの紹介動画に載せる言葉を作ってください。',
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}

const PALETTES = [
  { background: '#1b1446', accent: '#ffb800' },
  { background: '#0b2b3c', accent: '#3ee0c5' },
  { background: '#3a0f2e', accent: '#ff6f91' },
  { background: '#12301c', accent: '#b6f04b' },
] as const;

const PLAIN = {
  ja: {
    tagline: 'スマホですぐに遊べる',
    scenes: ['指ひとつで遊べる', 'もっと先へ！', 'いますぐ遊ぼう！'],
  },
  en: { tagline: 'Play it on your phone', scenes: ['One finger', 'Go further!', 'Play it now!'] },
} satisfies Record<Language, { tagline: string; scenes: VideoStory['scenes'] }>;

/** Words and colours that go with any game: a video does not fail because of words. */
export function plainStory(title: string, description: string, language: Language): VideoStory {
  const sentence = description.split(/[。！!\n]|\. /)[0]?.trim() ?? '';
  const sum = Array.from(title).reduce((total, char) => total + (char.codePointAt(0) ?? 0), 0);
  const { tagline, scenes } = PLAIN[language];
  return {
    tagline: sentence.length >= 4 && sentence.length <= 24 ? sentence : tagline,
    scenes,
    colours: PALETTES[sum % PALETTES.length] ?? PALETTES[0],
  };
}
