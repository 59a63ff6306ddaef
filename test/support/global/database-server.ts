import type { TestProject } from 'vitest/node';
import { migrate } from '../../../src/store/migrate.js';
import { log, startServer } from '../database.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database with platform and migrations that nobody is connected to. */
    productTemplate: { readonly adminUrl: string };
  }
}

/**
 * One PostgreSQL server for all test files of a run; each makes itself a copy of one migrated
 * template database.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  try {
    const adminUrl = await server.createDatabase();
    await migrate(adminUrl, log);
    project.provide('productTemplate', { adminUrl });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return () => server.stop();
}
