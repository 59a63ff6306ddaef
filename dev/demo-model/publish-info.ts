import { howToPlay } from './chat.js';
import { GameSource } from './edits/source.js';
import { both, filled, languageTold } from './languages.js';
import { unquoted } from './quoted.js';
import { SIGNS, TEXTS } from './tables.js';
import { factsOf } from './words.js';
import type { Conversation } from './wire/messages.js';

/** Requests for texts about a game: for its public page, for its video. */
const REQUESTS = {
  page: /(?:^|\n)依頼\s*[:：].*公開ページに載せる紹介文/,
  video: /(?:^|\n)依頼\s*[:：].*紹介動画に載せる言葉/,
};

export const wantsPublishInfo = (prompt: string): boolean => REQUESTS.page.test(prompt);
export const wantsVideoWords = (prompt: string): boolean => REQUESTS.video.test(prompt);

const signOf = (source: GameSource) => SIGNS.find(({ setting }) => source.number(setting) !== null);

/** Title, description, rules and tags of a game as JSON, derived from its page. */
export function answerPublishInfo({ prompt, system }: Conversation): string {
  const language = languageTold(system) ?? 'ja';
  const source = new GameSource(unquoted(prompt));
  const own = factsOf(source, language, prompt);
  const genre = both(signOf(source)?.tag ?? 'アクション|action');
  const facts = { ...own, genre, how: howToPlay(own, source) };
  const tags = [genre, both('スマホ|phone'), both('かんたん|easy'), both('DEMO')];
  return JSON.stringify({
    title: own.title,
    description: filled(TEXTS.publishDescription, facts)[language],
    howToPlay: filled(TEXTS.publishHow, facts)[language],
    tags: tags.map((tag) => tag[language]),
  });
}

/** Words and colours of a video as JSON, derived from the game's page. */
export function answerVideoWords({ prompt, system }: Conversation): string {
  const language = languageTold(system) ?? 'ja';
  const source = new GameSource(unquoted(prompt));
  const facts = { ...factsOf(source, language) };
  const [background, accent] = (signOf(source)?.colours ?? '#1f1750 #ffb800').split(' ');
  return JSON.stringify({
    tagline: filled(TEXTS.tagline, facts)[language],
    scenes: TEXTS.scenes.map((scene) => filled(scene, facts)[language]),
    colours: { background, accent },
  });
}
