import { ASSETS } from './endpoints/assets.js';
import { EVERY_ADDRESS } from './endpoints/every-address.js';
import { OPERATORS } from './endpoints/operators.js';
import { PAGES } from './endpoints/pages.js';
import { PROJECTS } from './endpoints/projects.js';
import { PUBLISHING } from './endpoints/publishing.js';
import { PUSH } from './endpoints/push.js';
import type { Rows } from './endpoints/row.js';

/**
 * rest.md §2–9 as a table, asked in this order: who asks for what, and what is answered. Values are
 * typed from there; where rest.md §11–13 decide otherwise, the row says so. What needs a workflow
 * (the ends of §7.9, §7.10, §9.3, §9.4, §9.7) stands in images.test.ts, thumbnails.test.ts and
 * publishing.test.ts.
 *
 * Names with a colon are things of the test: `:game` (Alice's, made by `:job`, its version
 * `:version`), `:empty` (Alice's, where `:active` is open), `:bobs` (a project), `:public`, `:own`
 * (Alice's assets), `:bobsPublic`, `:bobsOwn`, `:unknown` (no such id), `:alice`, `:bob` (users).
 */
export const ENDPOINTS: Rows = {
  ...PAGES,
  ...PROJECTS,
  ...ASSETS,
  ...PUBLISHING,
  ...PUSH,
  ...OPERATORS,
  ...EVERY_ADDRESS,
};
