import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createS3ObjectStore } from '../../src/objects/s3/object-store.js';
import { S3Url } from '../../src/objects/s3/place.js';
import { createVersions, type Versions } from '../../src/versions/kept/versions.js';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { startTroubledStore } from '../support/s3-trouble.js';
import type { OwnMeasurement, Row } from './measurement.js';
import { percentile } from './statistics.js';
import { Places, readPages, storeNext } from './versions.js';

const DELAY_MS = 20;
const PATIENCE = { idleMs: 20_000, retryMs: 20_000 };

/** (q) A page read by a host that has read nothing before, from a bucket that is far away. */
export const coldReads: OwnMeasurement = {
  name: 'cold-reads',
  title: `A page read cold from a bucket, ${DELAY_MS} ms away, by length of the history`,
  pace: 'own',
  async run({ quick }) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-bench-cold-'));
    const server = await startS3Server(path.join(folder, 's3'));
    try {
      return await measureFarReads(folder, server, quick ? [1, 50, 500] : [1, 50, 500, 5_000]);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measureFarReads(
  folder: string,
  server: S3Server,
  lengths: readonly number[],
): Promise<Row[]> {
  const far = await startTroubledStore(server.port, DELAY_MS);
  far.trouble = 'slow';
  const places = new Places();
  const prefix = `${randomUUID()}/`;
  const openAt = (port: number) => (): Versions =>
    createVersions(storeAt(server, { port, prefix, folder }), places);
  const writer = openAt(server.port)();
  const rows: Row[] = [];
  for (const length of lengths) {
    while (places.line.length < length) await storeNext(writer, places);
    const before = far.passed;
    const { coldMs } = await readPages(openAt(far.port), places);
    rows.push(
      {
        what: `${length} versions: a page read cold, p95`,
        value: percentile(coldMs, 95),
        unit: 'ms',
        target: { atMost: 300 },
        note: `p50 ${percentile(coldMs, 50).toFixed(1)} ms of ${coldMs.length}`,
      },
      {
        what: `${length} versions: requests to the bucket for each`,
        value: (far.passed - before) / coldMs.length,
        unit: 'requests',
        target: { atMost: 2 },
        note: 'with the same page read again from memory',
      },
    );
  }
  await far.close();
  return rows;
}

function storeAt(
  server: S3Server,
  { port, prefix, folder }: { port: number; prefix: string; folder: string },
) {
  const { OBJECTS_URL: url } = server.env(prefix, port);
  const access = { ...server.access(prefix), place: S3Url.parse(url) };
  return createS3ObjectStore(access, {
    draftsDir: path.join(folder, 'drafts'),
    patience: PATIENCE,
  });
}
