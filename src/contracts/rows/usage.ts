import { CONTAINER_TIME } from '../execution/backends.js';

/** What is bought for users beside the runs of the model (H3). */
export const PAID_KINDS = ['image', 'video', 'text'] as const;
export type PaidKind = (typeof PAID_KINDS)[number];

/** Kinds of `usage_events`: runs of the model, what actions buy, calls of functions. */
export const USAGE_KINDS = ['model', ...PAID_KINDS, CONTAINER_TIME] as const;

/** What a paid step of an action makes; each has its price in the configuration. */
export type PaidWork = 'sprite' | 'thumbnail' | 'cutout' | 'video' | 'text';
