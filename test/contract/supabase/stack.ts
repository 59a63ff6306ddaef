import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import type pg from 'pg';
import type { OidcProvider } from '../../../dev/supabase/auth/google.js';
import { startGateway, type RunningGateway } from '../../../dev/supabase/gateway.js';
import { createProductDatabase, log, runSql } from '../../support/database.js';

/** The address and keys of a project with the product's schema. */
export interface Project {
  readonly url: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  stop(): Promise<void>;
}

/** A project of our own, with what only its owner can reach. */
export interface OwnProject extends Project {
  readonly gateway: RunningGateway;
  /** Runs SQL as the superuser. */
  sql<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
}

/**
 * The project that SUPABASE_URL and its keys name (any that has the migrations); else one of our
 * own.
 */
export async function openProject(): Promise<Project> {
  const { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY } = process.env;
  if (!SUPABASE_URL) return startOwnProject();
  if (!SUPABASE_ANON_KEY || !SUPABASE_SERVICE_ROLE_KEY)
    throw new Error('SUPABASE_URL needs SUPABASE_ANON_KEY and SUPABASE_SERVICE_ROLE_KEY beside it');
  return {
    url: SUPABASE_URL,
    anonKey: SUPABASE_ANON_KEY,
    serviceRoleKey: SUPABASE_SERVICE_ROLE_KEY,
    stop: async () => undefined,
  };
}

/** A database of the run's server with the product's schema, and a gateway for it alone. */
export async function startOwnProject(google?: OidcProvider): Promise<OwnProject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-supabase-'));
  const { adminUrl, drop } = await createProductDatabase();
  const remove = async (): Promise<void> => {
    await drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const gateway = await startGateway({
      databaseUrl: adminUrl,
      port: 0,
      siteUrl: 'http://localhost:3000',
      keyDir: path.join(folder, 'keys'),
      google,
      log,
    });
    return {
      gateway,
      url: gateway.url,
      anonKey: gateway.anonKey,
      serviceRoleKey: gateway.serviceRoleKey,
      sql: (text, values) => runSql(adminUrl, text, values),
      stop: async () => {
        await gateway.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const clientOptions = { auth: { persistSession: false, autoRefreshToken: false } };

export const anonymous = (project: Project) =>
  createClient(project.url, project.anonKey, clientOptions);
export const service = (project: Project) =>
  createClient(project.url, project.serviceRoleKey, clientOptions);

export interface TestUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  /** Signed in as this user. */
  readonly client: ReturnType<typeof anonymous>;
}

const users: { project: Project; id: string }[] = [];

/** Creates a user as an administrator would and signs in by password. */
export async function newUser(project: Project, name = 'someone'): Promise<TestUser> {
  const email = `${name}-${randomUUID()}@example.com`;
  const password = randomUUID();
  const created = await service(project).auth.admin.createUser({
    email,
    password,
    email_confirm: true,
  });
  if (created.error) throw created.error;
  users.push({ project, id: created.data.user.id });
  const client = anonymous(project);
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (error) throw error;
  return { id: data.user.id, email, password, accessToken: data.session.access_token, client };
}

/** Deletes what `newUser` made, which takes the users' rows along. */
export async function removeUsers(): Promise<void> {
  for (const { project, id } of users.splice(0)) await service(project).auth.admin.deleteUser(id);
}

/** The data of an answer that must not be an error. */
export function dataOf<T>({ data, error }: { data: T; error: unknown }): NonNullable<T> {
  if (error) throw Object.assign(new Error(JSON.stringify(error)), { cause: error });
  if (data === null || data === undefined) throw new Error('no data');
  return data;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { code?: string; message?: string; [field: string]: unknown };
}

/** A request that supabase-js would not write. */
export async function raw(
  project: Project,
  pathAndQuery: string,
  init: RequestInit & { key?: string; token?: string } = {},
): Promise<RawAnswer> {
  const { key = project.serviceRoleKey, token = key, headers, ...rest } = init;
  const response = await fetch(`${project.url}${pathAndQuery}`, {
    ...rest,
    headers: {
      apikey: key,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(headers as Record<string, string> | undefined),
    },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as RawAnswer['body'],
  };
}
