import { expect } from 'vitest';

/** Matchers of expected objects, without vitest's `any`. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const anyText: unknown = expect.any(String);
export const anyNumber: unknown = expect.any(Number);
