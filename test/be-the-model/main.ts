/**
 * `npm run be-the-model -- --folder <folder>`: a Messages API whose answers are files, written by
 * hand or beforehand (folder-model.ts). Loopback only; Ctrl-C ends it.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeMessages } from '../fakes/messages-api.js';
import { FolderModel } from './folder-model.js';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    port: { type: 'string', default: '0' },
    'writer-only': { type: 'boolean', default: false },
    'ping-seconds': { type: 'string', default: '10' },
  },
});
if (values.folder === undefined) throw new Error('Say where its answers lie: --folder <folder>');
const folder = path.resolve(values.folder);
await mkdir(folder, { recursive: true });
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const model = new FolderModel({ folder, isWriterOnly: values['writer-only'], tell });
const answer: typeof model.reply = (seen, gone) =>
  model.reply(seen, gone).catch((error: unknown) => {
    if (!gone.aborted) tell(`A request is refused: ${String(error)}`);
    return { status: 400, error: String(error) };
  });
const server = await startFakeMessages(answer, {
  port: Number(values.port),
  pingMs: Number(values['ping-seconds']) * 1_000,
});
tell(
  [
    `Waits for requests at ${server.url}. In another terminal, with time for a person to answer:`,
    `  ANTHROPIC_API_KEY=by-hand ANTHROPIC_BASE_URL=${server.url} JOB_TIMEOUT_MS=7200000 \\`,
    '  START_TIMEOUT_MS=3600000 NO_PROGRESS_TIMEOUT_MS=3600000 npm start',
    'An answer: {"say": "…", "use": [{"name": "Write", "input": {"file_path": "index.html",',
    '  "content": {"file": "page.html"}}}], "waitMs": 0}, or {"status": 529}.',
  ].join('\n'),
);
const stop = (): void => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
