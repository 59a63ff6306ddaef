import path from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';
import { PROJECT_ROOT } from '../../src/config.js';

/** Sentences of the client by their name, and those of the server by their code. */
interface ClientTexts {
  readonly serverUnreachable: string;
  readonly waitFor: (seconds: number) => string;
  readonly messages: { readonly said: Readonly<Record<string, string>> };
}

/**
 * A module of the browser client with all that it imports, in a page in English that has nothing
 * but these globals, and its texts.
 */
export async function clientModule<T>(
  file: string,
  globals: { window?: object } & Record<string, unknown> = {},
): Promise<{ loaded: T; text: ClientTexts }> {
  const document = { documentElement: { lang: 'en' }, addEventListener: () => undefined };
  const web = { performance, Blob, FormData, Headers, Response };
  const page = { document, navigator: { onLine: true }, ...web, ...globals };
  const window = { matchMedia: () => ({ matches: false }), ...globals.window };
  const context = vm.createContext({ ...page, window });
  for (const entry of ['js/texts/start-en.js', file]) {
    const { outputFiles } = await build({
      absWorkingDir: path.join(PROJECT_ROOT, 'public'),
      entryPoints: [entry],
      ...{ bundle: true, write: false, format: 'iife', globalName: 'loaded', logLevel: 'error' },
    });
    vm.runInContext(outputFiles[0]?.text ?? '', context);
  }
  return vm.runInContext('({ loaded, text: window.texts })', context) as {
    loaded: T;
    text: ClientTexts;
  };
}
