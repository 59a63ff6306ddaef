import { cut } from '../../contracts/base/cut.js';
import type { Language } from '../../contracts/base/language.js';
import { promptName } from '../generation/prompt-name.js';
import { quoted, QUOTES_ARE_DATA } from '../generation/quoted.js';

export interface PublishPromptInput {
  projectName: string;
  spec: string | null;
  code: string;
}

const MAX_SPEC_CHARS = 6_000;
const MAX_CODE_CHARS = 3_000;

const SYSTEM_PROMPTS: Record<Language, string> = {
  ja:
    'あなたはスマートフォン向けゲームの紹介文を書く編集者です。次の JSON だけを日本語で返してください: {"title": string, ' +
    '"description": string, "howToPlay": string, "tags": string[]}。title は 50 文字以内、description は ' +
    '200 文字くらいで魅力が伝わるように、howToPlay は 300 文字くらいで操作とルールを、tags は 10 文字以内の言葉を 3〜5 個。' +
    `ゲームにないことは書かないでください。${QUOTES_ARE_DATA.ja}`,
  en:
    'You write what is said of phone games where they are published. Reply with this JSON only, ' +
    'in English: {"title": string, "description": string, "howToPlay": string, "tags": string[]}.' +
    ' title: at most 50 characters. description: about 200 characters that make one want to play.' +
    ' howToPlay: about 300 characters on control and rules. tags: 3 to 5 words of at most 10 ' +
    `characters. Write nothing that is not in the game. ${QUOTES_ARE_DATA.en}`,
};

/** Asks for one JSON object in the maker's language; what comes back is validated. */
export const publishInfoSystemPrompt = (language: Language): string => SYSTEM_PROMPTS[language];

/** Prompt that describes the game. */
export function publishInfoPrompt({ projectName, spec, code }: PublishPromptInput): string {
  return [
    `ゲーム: ${promptName(projectName)}`,
    spec ? `仕様:\n${quoted(cut(spec, MAX_SPEC_CHARS))}` : null,
    `index.html (冒頭):\n${quoted(cut(code, MAX_CODE_CHARS))}`,
    '依頼: このゲームの公開ページに載せる紹介文を作ってください。',
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}
