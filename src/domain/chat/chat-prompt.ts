import { lastLines, transcript, type ChatLine } from './chat-lines.js';
import type { Language } from '../../contracts/base/language.js';
import { LANGUAGE_NAME } from '../text/language.js';
import { promptName } from '../generation/prompt-name.js';
import { quoted, QUOTES_ARE_DATA } from '../generation/quoted.js';

export interface ChatPromptInput {
  question: string;
  projectName: string;
  /** The texts of the project, its notes and the page first. */
  files: readonly { path: string; text: string }[];
  history: readonly ChatLine[];
}

const LINE_CHARS = 500;

/** System prompt of a conversational answer; the answer is JSON. */
export function chatSystemPrompt(language: Language): string {
  const name = LANGUAGE_NAME[language];
  return (
    'You advise a player who makes a phone game by chatting. This is a chat answer: nothing is ' +
    "changed. You are shown the project's files; what you say of the game is what they say, and " +
    `numbers are read there. ${QUOTES_ARE_DATA.en} ` +
    `Answer in plain, short ${name}, at most three ideas. ` +
    'Reply with JSON only: {"message": string, "suggestions": [two or three strings in ' +
    `${name}, each phrased as a request the player can send]}.`
  );
}

/** The question with what is needed to answer it: the project's texts and the last ten lines. */
export function chatPrompt({ question, projectName, files, history }: ChatPromptInput): string {
  const lines = lastLines(history, { chars: LINE_CHARS, before: question });
  return [
    `ゲーム: ${promptName(projectName)}`,
    ...files.map(({ path, text }) => `--- ${path} ---\n${quoted(text)}`),
    lines.length > 0 ? `これまでの会話:\n${quoted(transcript(lines))}` : null,
    `質問: ${question}`,
  ]
    .filter((part) => part !== null)
    .join('\n\n');
}
