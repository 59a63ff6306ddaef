import { z } from 'zod';
import { Language } from '../base/language.js';

/** Longer addresses than any push service gives. */
export const MAX_ENDPOINT_CHARS = 2_000;
const endpoint = z.string().min(1).max(MAX_ENDPOINT_CHARS);

/** A browser's `PushSubscription`, and the language of its pages. */
export const PushSubscriptionBody = z.looseObject({
  endpoint,
  keys: z.looseObject({
    p256dh: z.string().regex(/^B[\w-]{86}=?$/),
    auth: z.string().regex(/^[\w-]{22}(==)?$/),
  }),
  language: Language,
});
export type PushSubscriptionBody = z.infer<typeof PushSubscriptionBody>;

/** One browser of the caller, or all of them. */
export const ForgetPushBody = z.union([
  z.looseObject({ endpoint }),
  z.looseObject({ everywhere: z.literal(true) }),
]);

/** How a job ended, for a notification. */
export type PushedEnd = 'made' | 'answered' | 'asked' | 'failed';

/** What others do with a game that its maker is notified of. */
export const GAME_EVENTS = ['played', 'liked', 'remixed'] as const;
export type GameEvent = (typeof GAME_EVENTS)[number];

/** What a user may switch off; `ended`: pushes of the ends of jobs. */
export const NoticeEvent = z.enum(['ended', ...GAME_EVENTS]);
export type NoticeEvent = z.infer<typeof NoticeEvent>;
export const NoticeSettings = z.looseObject({ muted: z.array(NoticeEvent).max(10) });

/** What the service worker is sent, as JSON; the text is shown as it stands. */
export interface PushedNote {
  title: string;
  body: string;
  /** Where a tap leads. */
  url: string;
  /** A later note of the same topic replaces this one. */
  topic: string;
}

/** What the user's browsers are notified of. */
export interface PushedEvent {
  userId: string;
  projectId: string;
  event: PushedEnd | GameEvent;
}

/** Notifies the user's browsers of the end of a job. */
export interface PushJobEndInput extends PushedEvent {
  jobId: string;
}

/** Browsers by what became of the note. */
export interface PushOutcome {
  sent: number;
  gone: number;
  failed: number;
}
