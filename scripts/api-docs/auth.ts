import type { RouteGuard } from '../../src/contracts/http-routes/route.js';

/**
 * `optional`: anybody, and who is signed in gets his own view. `member`: no guest. `operator`: a
 * token in the header.
 */
type RouteAuth = 'none' | 'optional' | 'required' | 'member' | 'operator' | 'signature';

const AUTH_OF_GUARD: Readonly<Record<RouteGuard, RouteAuth>> = {
  none: 'none',
  visitor: 'optional',
  assetReader: 'optional',
  user: 'required',
  member: 'member',
  projectOwner: 'required',
  projectMember: 'member',
  jobOwner: 'required',
  assetOwner: 'required',
  actionOwner: 'required',
  operator: 'operator',
  signature: 'signature',
};

/** What a caller has to prove for a route of this guard. */
export function authOf(guard: RouteGuard): RouteAuth {
  return AUTH_OF_GUARD[guard];
}

/** The same as OpenAPI's `security`. */
export const SECURITY_OF_AUTH = {
  none: [],
  optional: [{}, { bearer: [] }, { queryToken: [] }],
  required: [{ bearer: [] }, { queryToken: [] }],
  member: [{ bearer: [] }, { queryToken: [] }],
  operator: [{ bearer: [] }],
  signature: [{ signature: [] }],
} as const satisfies Record<RouteAuth, readonly object[]>;
