import { z } from 'zod';
import type { Call, Reply } from '../http.js';
import type { GatewayKeys } from '../keys.js';
import { bearerToken } from '../rest/request.js';
import { authError, authJson, badJwt, notOffered, unauthorized } from './errors.js';
import { jsonOf, parse } from './json.js';
import type { SignInLinks } from './links.js';
import { NewUser, refuseUnknownUser, UserChanges, type Users } from './users.js';

const PAGE_LIMIT = 1_000;

/**
 * /admin/users (create, list, read, change, delete) and /admin/generate_link; for the service role
 * alone.
 */
export function adminRoutes(
  users: Users,
  links: SignInLinks,
  keys: GatewayKeys,
): (call: Call) => Promise<Reply> {
  return async (call) => {
    await demandServiceRole(call, keys);
    if (call.path === '/admin/users') {
      if (call.method === 'POST')
        return authJson(200, await users.create(parse(NewUser, jsonOf(call)), 'email'));
      if (call.method === 'GET') return list(users, call);
    }
    if (call.path === '/admin/generate_link' && call.method === 'POST') return links.generate(call);
    const id = /^\/admin\/users\/([0-9a-f-]{36})$/i.exec(call.path)?.[1];
    if (id && z.uuid().safeParse(id).success) {
      if (call.method === 'GET')
        return authJson(200, (await users.byId(id)) ?? refuseUnknownUser());
      if (call.method === 'PUT')
        return authJson(200, await users.update(id, parse(UserChanges, jsonOf(call))));
      if (call.method === 'DELETE') return remove(users, id, call);
    }
    throw notOffered(`${call.method} ${call.path}`);
  };
}

async function demandServiceRole(call: Call, keys: GatewayKeys): Promise<void> {
  const token = bearerToken(call);
  if (!token) throw unauthorized();
  const claims = await keys.verify(token).catch(() => {
    throw badJwt('invalid JWT: unable to parse or verify signature');
  });
  if (claims['role'] !== 'service_role') throw authError(403, 'not_admin', 'User not allowed');
}

async function list(users: Users, call: Call): Promise<Reply> {
  const number = (name: string, otherwise: number): number =>
    Math.max(1, Math.min(PAGE_LIMIT, Number.parseInt(call.query.get(name) ?? '', 10) || otherwise));
  const [page, perPage] = [number('page', 1), number('per_page', 50)];
  const found = await users.page(page, perPage);
  const lastPage = Math.max(1, Math.ceil(found.total / perPage));
  const link = [
    ...(page < lastPage ? [`</admin/users?page=${page + 1}>; rel="next"`] : []),
    `</admin/users?page=${lastPage}>; rel="last"`,
  ].join(', ');
  return authJson(
    200,
    { users: found.users, aud: 'authenticated' },
    { 'x-total-count': String(found.total), link },
  );
}

async function remove(users: Users, id: string, call: Call): Promise<Reply> {
  const isSoft =
    call.body !== '' &&
    parse(z.object({ should_soft_delete: z.boolean().optional() }), jsonOf(call))
      .should_soft_delete;
  if (isSoft) throw notOffered('soft deletion of users');
  await users.delete(id);
  return authJson(200, {});
}
