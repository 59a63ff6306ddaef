import {
  GAME_EVENTS,
  type GameEvent,
  type NoticeEvent,
  type PushedEvent,
  type PushedNote,
} from '../../contracts/media/push.js';
import type { Language } from '../../contracts/base/language.js';

/** Lock screens show no more, and what is sent has at most 4 KB. */
const MAX_NAME_CHARS = 40;
/** What changes lines or the direction of what follows has no place in a title. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu;

type Words = Readonly<
  Record<PushedEvent['event'], readonly [title: (name: string) => string, body: string]>
>;
const WORDS: Readonly<Record<Language, Words>> = {
  ja: {
    made: [(name) => `「${name}」ができました`, 'タップして遊べます'],
    answered: [(name) => `「${name}」に返事があります`, 'タップして読めます'],
    asked: [(name) => `「${name}」について質問があります`, '答えるとつづきを作れます'],
    failed: [(name) => `「${name}」はうまくいきませんでした`, 'タップすると理由がわかります'],
    played: [(name) => `「${name}」がはじめて遊ばれました`, 'タップしてお知らせを見る'],
    liked: [(name) => `「${name}」に「いいね」がつきました`, 'タップしてお知らせを見る'],
    remixed: [(name) => `「${name}」から新しいゲームが生まれました`, 'タップしてお知らせを見る'],
  },
  en: {
    made: [(name) => `“${name}” is ready`, 'Tap to play'],
    answered: [(name) => `An answer about “${name}”`, 'Tap to read it'],
    asked: [(name) => `A question about “${name}”`, 'Your answer lets us go on'],
    failed: [(name) => `“${name}” did not work out`, 'Tap to see why'],
    played: [(name) => `“${name}” was played for the first time`, 'Tap to see what is new'],
    liked: [(name) => `“${name}” has a new like`, 'Tap to see what is new'],
    remixed: [(name) => `“${name}” was remixed`, 'Tap to see what is new'],
  },
};

const isOfGame = (event: PushedEvent['event']): event is GameEvent =>
  (GAME_EVENTS as readonly string[]).includes(event);

/** The switch that such a note has. */
export const switchOf = (event: PushedEvent['event']): NoticeEvent =>
  isOfGame(event) ? event : 'ended';

/** What a browser shows of an event: of the game no more than its name. */
export function pushedNote(
  event: PushedEvent['event'],
  project: { readonly id: string; readonly name: string },
  language: Language,
): PushedNote {
  const [title, body] = WORDS[language][event];
  const chars = [...project.name.replaceAll(UNSEEN, ' ').trim()];
  const name =
    chars.length > MAX_NAME_CHARS
      ? `${chars.slice(0, MAX_NAME_CHARS - 1).join('')}…`
      : chars.join('');
  const page = `/project/${project.id}`;
  return isOfGame(event)
    ? { title: title(name), body, url: '/notifications', topic: `${event} ${page}` }
    : { title: title(name), body, url: page, topic: page };
}
