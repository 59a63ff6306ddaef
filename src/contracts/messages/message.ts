import { cut } from '../base/cut.js';
import { z } from 'zod';
import type { ErrorKind } from '../base/errors.js';
import type { Language } from '../base/language.js';
import { ScreenshotName } from '../game/play.js';
import { ReceiptFact } from '../game/receipt.js';
import { en } from './en.js';
import { ja, type MessageCode } from './ja.js';
import { renderIn, type Params } from './render.js';

export type { MessageCode } from './ja.js';

const WORDS = { ja, en } as const;
const CODES = Object.keys(ja.said) as [MessageCode, ...MessageCode[]];

const text = z.string();
const file = { file: text };
const counted = { missing: z.number().int(), total: z.number().int() };
/** Findings of a play that have words for players. */
export const Fault = z.enum(Object.keys(ja.faults) as (keyof typeof ja.faults)[]);
const faults = { faults: z.array(Fault) };
/** Facts of a change, with the words of a judge where there are some. */
const facts = z.array(ReceiptFact.extend({ words: z.string().max(200).optional() }));
/** The params of each code, and of the `_NOTE` below it; a code that is not listed has none. */
const PARAMS = {
  STEP_WAITING: { position: z.number().int() },
  STEP_READING_FILE: file,
  STEP_WRITING_FILE: file,
  STEP_MENDING_FILE: file,
  STEP_SEARCHING_FILE: file,
  VERSION_RESTORED: { version: text },
  GAME_TUNED: { changes: text },
  REMIXED_FROM: { title: text },
  GAME_BY: { creator: text },
  GAME_REGISTERED: { title: text },
  GAME_PUBLISHED: { title: text },
  GAME_MADE: { title: text },
  GAME_PLAYED: { title: text },
  GAME_LIKED: { title: text },
  GAME_REMIXED: { title: text },
  GAME_TAKEN_DOWN: { title: text, reason: text },
  GAME_PUT_BACK: { title: text },
  SPRITES_MISSING: counted,
  IMAGES_UNUSABLE: counted,
  GAME_FAULTY: faults,
  GAME_MENDED: faults,
  CHECKS_UNMET: { checks: z.array(text) },
  LOOKS_LEFT: { places: z.array(text) },
  CHANGE_LOST: { lost: facts },
  CHANGE_RECEIPT: {
    changed: facts,
    gained: facts.optional(),
    same: facts.optional(),
    unseen: z.number().int().optional(),
    /** The loop of before and after, named among the screenshots of the project. */
    loop: ScreenshotName.optional(),
  },
  STORAGE_LIMIT_EXCEEDED: { largest: text.optional() },
  PARAGRAPHS: { paragraphs: z.array(z.lazy((): z.ZodType<Message> => Message)) },
} as const satisfies Partial<Record<MessageCode, z.ZodRawShape>>;

type ParamsOf<C extends MessageCode> = C extends keyof typeof PARAMS
  ? z.infer<z.ZodObject<(typeof PARAMS)[C]>>
  : C extends `${infer N extends keyof typeof PARAMS}_NOTE`
    ? ParamsOf<N>
    : Record<never, never>;

/** What people read: a code of the catalogue with its params (N1), or text of a person or model. */
export type Message = CodedMessage | { readonly text: string };
export interface CodedMessage {
  readonly code: MessageCode;
  readonly params: Params;
}

export const CodedMessage = z
  .object({ code: z.enum(CODES), params: z.record(z.string(), z.unknown()) })
  .refine(({ code, params }) => isParamsOf(code, params), 'these are not the params of the code');
export const Message: z.ZodType<Message> = z.union([CodedMessage, z.object({ text })]);

function isParamsOf(code: MessageCode, params: unknown): boolean {
  const listed = code.replace(/_NOTE$/, '');
  return z.object(listed in PARAMS ? PARAMS[listed as keyof typeof PARAMS] : {}).safeParse(params)
    .success;
}

/** A message of the catalogue. */
export function message<C extends MessageCode>(
  code: C,
  ...[params]: Record<never, never> extends ParamsOf<C> ? [ParamsOf<C>?] : [ParamsOf<C>]
): CodedMessage {
  return { code, params: params ?? {} };
}

/** Renders a message in a language, by default in V2's. */
export function render(shown: Message, language: Language = 'ja'): string {
  return renderIn(WORDS[language], shown) ?? '';
}

/** Renders a failure, in V2's language. */
export const errorText = (kind: ErrorKind): string => render(message(kind));

/** Paragraphs as one message; a single one is itself, those of a part are parts. */
export function paragraphs(given: readonly Message[]): Message {
  const parts = given.flatMap((part) =>
    'code' in part && part.code === 'PARAGRAPHS'
      ? z.array(Message).parse(part.params['paragraphs'])
      : [part],
  );
  const [first, ...more] = parts;
  return first && more.length === 0 ? first : message('PARAGRAPHS', { paragraphs: parts });
}

/** The longest text of a row; the columns cut it, too. */
const MAX_COLUMN_CHARS = 10_000;

/** A message for V2's text columns beside its code: its text in every language. */
export interface MessageTexts extends Partial<CodedMessage> {
  readonly texts: Readonly<Record<Language, string>>;
}
export function withTexts(shown: Message): MessageTexts {
  const textIn = (language: Language) => cut(render(shown, language), MAX_COLUMN_CHARS);
  const texts = { ja: textIn('ja'), en: textIn('en') };
  return 'text' in shown ? { texts } : { ...shown, texts };
}

/** The codes of notifications: the sentence of each is a title, with `_NOTE` the text below. */
export type NoticeCode = MessageCode extends infer C
  ? C extends `${infer N}_NOTE`
    ? N
    : never
  : never;
/** A notification as its columns hold it. */
export function notice<C extends NoticeCode>(code: C, params: ParamsOf<`${C}_NOTE`>) {
  const [title, below] = [code, `${code}_NOTE`].map((each) =>
    render({ code: each as MessageCode, params }),
  );
  return { code, params, title: title ?? '', message: below ?? '' };
}

/** The code of a message with its params, for fields beside its text; nothing for plain text. */
export const codeOf = (shown: Message): Partial<CodedMessage> => ('text' in shown ? {} : shown);

/** The message of a row: its code when this catalogue has it, else its text. */
export function messageOf(code: unknown, params: unknown, own: string): Message {
  const coded = CodedMessage.safeParse({ code, params });
  return coded.success ? coded.data : { text: own };
}
