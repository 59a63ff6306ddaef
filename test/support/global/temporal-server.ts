import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { PROJECT_ROOT } from '../../../src/config.js';
import { bundleWorkflows, namespaceOf, startTestServer } from '../workflow-env.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A Temporal server with a namespace for each test file, and the workflows' bundle. */
    temporalServer: { readonly address: string; readonly codePath: string };
  }
}

const TESTS = path.join(PROJECT_ROOT, 'test', 'workflows');

/** One Temporal server and one workflow bundle for all test files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-workflows-'));
  const codePath = path.join(folder, 'workflows.js');
  const files = (await readdir(TESTS)).filter((name) => name.endsWith('.test.ts'));
  const [server, { code }] = await Promise.all([
    startTestServer(files.map(namespaceOf)),
    bundleWorkflows(),
  ]);
  await writeFile(codePath, code);
  project.provide('temporalServer', { address: server.address, codePath });
  return async () => {
    await server.teardown();
    await rm(folder, { recursive: true, force: true });
  };
}
