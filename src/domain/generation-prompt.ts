import type { Dimension } from '../contracts/ids.js';
import type { StylePreset } from './styles.js';

/** What every game has to be, whatever the request. */
const SHARED_RULES = `You make games that run in a phone browser, for players who read Japanese.

Work only inside the current folder. The game is one self-contained file, index.html, in portrait.
- Lay everything out on a virtual screen of 390 x 844 and scale it to the window, so that every \
device plays the same game. Sizes: player 44-64, small enemies 32-48, bosses 80-120, bullets \
10-16, items 32-44, buttons at least 48.
- Touch first: pointer events, several fingers, no hover; keyboard as an extra. The game starts \
at once, without a title screen.
- Give score, rising difficulty, game over and a retry that does not reload the page. Every \
action answers with movement, light or sound.
- Sound starts at the first touch and is made with WebAudio; no downloads.
- Nothing from other hosts. For 3D use three.js through an import map: "three": \
"/vendor/three@0.187.0/three.module.js". No fog, field of view 60.
- Forbidden: alert, location.reload, embedded base64 media, fake loading screens, anything that \
talks to a server.
- Write whole files: never leave a part out with a remark such as "rest unchanged".
- Keep specs/game.md short and current: a bullet "ゲーム名: <title>", the rules in a few lines, and \
what was decided about the look.

When the work is done, answer in Japanese: one or two friendly sentences about what the player \
can now do, then one last line "提案: a、b、c" with two or three wishes the player might have next, \
phrased as requests.`;

const CREATE_RULES = `There is no game yet. Create index.html and specs/game.md from the request.`;

const EDIT_RULES =
  'There is a game already: read index.html (and specs/game.md, STYLE.md if present) first. ' +
  'Change exactly what was asked, keep everything else as it is, and keep the visual style. ' +
  'Prefer small edits to rewriting the file. If the message needs no change, answer it in ' +
  'words and touch no file.';

/** Rules that do not depend on the request; they go into the model's system prompt. */
export function systemPrompt(isNewProject: boolean): string {
  return `${SHARED_RULES}\n\n${isNewProject ? CREATE_RULES : EDIT_RULES}`;
}

export interface PromptInput {
  request: string;
  dimension: Dimension | null;
  style: StylePreset | null;
  autoFix: boolean;
}

/** The turn's own text: the request, what was chosen with it, and for a repair what to look for. */
export function generationPrompt(input: PromptInput): string {
  const parts = [input.request];
  if (input.dimension) parts.push(`Dimension: ${input.dimension}`);
  if (input.style) {
    parts.push(
      `=== ビジュアルスタイル ===\n${input.style.name}\nID: ` +
        `${input.style.id}\n${input.style.guideline}\nこの見た目を、描くものすべてと画面の部品に使ってください。`,
    );
  }
  if (input.autoFix)
    parts.push(
      'The errors above happened while the game was running. Find the cause and repair it ' +
        'without changing how the game plays.',
    );
  return parts.join('\n\n');
}

export interface ChatPromptInput {
  question: string;
  projectName: string;
  spec: string | null;
  code: string | null;
  history: { role: string; content: string }[];
}

/** System prompt of a conversational answer; the answer is JSON. */
export const CHAT_SYSTEM_PROMPT =
  'You advise a player who makes a phone game by chatting. This is a chat answer: nothing is ' +
  'changed. Answer in plain, short Japanese, at most three ideas. Reply with JSON only: ' +
  '{"message": string, "suggestions": [two or three strings, each phrased as a request the ' +
  'player can send]}.';

const MAX_LINES = 10;
const MAX_LINE_CHARS = 500;
const MAX_CODE_CHARS = 6000;

/**
 * The question with what is needed to answer it: last lines of the chat, rules, an excerpt of the
 * code.
 */
export function chatPrompt(input: ChatPromptInput): string {
  const cut = (text: string) =>
    text.length > MAX_LINE_CHARS ? `${text.slice(0, MAX_LINE_CHARS)}...` : text;
  const lines = input.history.slice(-MAX_LINES).map((line) => `${line.role}: ${cut(line.content)}`);
  return [
    `ゲーム: ${input.projectName}`,
    input.spec ? `仕様:\n${input.spec.slice(0, MAX_CODE_CHARS)}` : null,
    input.code ? `index.html (冒頭):\n${input.code.slice(0, MAX_CODE_CHARS)}` : null,
    lines.length > 0 ? `これまでの会話:\n${lines.join('\n')}` : null,
    `質問: ${input.question}`,
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}

/** Chat text as stored: suggestions follow as one parsable line (websocket.md §6 HistoryItem). */
export function withSuggestions(message: string, suggestions: readonly string[]): string {
  const tidy = suggestions.map((text) => text.replace(/[\r\n、]+/g, ' ').trim()).filter(Boolean);
  return tidy.length > 0 ? `${message}\n\n提案: ${tidy.join('、')}` : message;
}
