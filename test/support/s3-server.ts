import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findFreePort } from '../../dev/stack/ports.js';
import { ensureVenvPython, VENVS } from '../../dev/tools/venv.js';
import type { S3Access } from '../../src/objects/s3/client.js';
import { ensureGoPrograms, type GoModule } from './go-programs.js';
import { createLog } from '../../src/telemetry/log.js';
import { patient } from './patience.js';

const log = createLog('test');
const KEY = 'test-key';
const SECRET = 'test-secret-of-s3';
const BUCKET = 'games';

const VERSITYGW: GoModule = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw',
  version: '1.8.0',
  commands: ['cmd/versitygw'],
};

/** A server of S3 with one bucket, whose objects are files of `folder`. */
export interface S3Server {
  readonly port: number;
  /** How the driver reaches it, with that prefix (with its slash) in front of every key. */
  access(prefix: string): S3Access;
  /** The same as variables; `port` is that of something before the server. */
  env(prefix?: string, port?: number): Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts rclone, the least strict server: it ignores conditions and answers parts with 200. With
 * `TEST_S3_SERVER=versitygw` that one, which follows AWS in both.
 */
export async function startS3Server(folder: string): Promise<S3Server> {
  await mkdir(path.join(folder, BUCKET), { recursive: true });
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  const make = process.env['TEST_S3_SERVER'] === 'versitygw' ? versitygw : rclone;
  const { program, args, env } = await make(folder, address);
  const server = spawn(program, args, { stdio: 'ignore', env });
  const ended = once(server, 'exit');
  await untilAnswering(`http://${address}/`);
  return {
    port,
    access: (prefix) => ({
      place: {
        endpoint: `http://${address}`,
        region: 'us-east-1',
        bucket: BUCKET,
        prefix,
        isPathStyle: true,
      },
      accessKeyId: KEY,
      secretAccessKey: SECRET,
    }),
    env: (prefix = '', at = port) => ({
      OBJECTS_URL: `s3://${BUCKET}/${prefix}?endpoint=http://127.0.0.1:${at}`,
      OBJECTS_ACCESS_KEY_ID: KEY,
      OBJECTS_SECRET_ACCESS_KEY: SECRET,
    }),
    async stop() {
      server.kill('SIGKILL');
      await ended;
    },
  };
}

async function rclone(folder: string, address: string) {
  return {
    program: path.join(path.dirname(await ensureVenvPython(VENVS.rclone)), 'rclone'),
    // It loses a put into a folder that it is about to remove, so it may remove none.
    args: [
      'serve',
      's3',
      '--no-cleanup',
      '--addr',
      address,
      '--auth-key',
      `${KEY},${SECRET}`,
    ].concat(folder),
    env: { RCLONE_CONFIG: '/dev/null' },
  };
}

/** It marks its objects beside them, since not every disk takes extended attributes. */
async function versitygw(folder: string, address: string) {
  const [program = ''] = await ensureGoPrograms(VERSITYGW, (line) => log.info(line));
  // Not `<folder>…`: it takes each path that begins so for one inside.
  const marks = path.join(path.dirname(folder), `marks-of-${path.basename(folder)}`);
  await mkdir(marks, { recursive: true });
  return {
    program,
    args: ['--access', KEY, '--secret', SECRET, '--port', address, '--quiet'].concat([
      ...['posix', '--sidecar', marks, folder],
    ]),
    env: {},
  };
}

async function untilAnswering(url: string): Promise<void> {
  const untilMs = Date.now() + patient(20_000);
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      // Bare time: between two looks at a program that starts.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
