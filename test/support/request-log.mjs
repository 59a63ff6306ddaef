import { appendFileSync } from 'node:fs';

/**
 * Preloaded into the processes of a stack (`NODE_OPTIONS=--import=…`): each request of API and
 * worker to Supabase is one line of `DATA_DIR/requests.log`, `<process> <method> <path> <body>`.
 * JavaScript, because it is loaded before anything that could translate.
 */
const { DATA_DIR } = process.env;
const [, owner] = /\/(api|worker)\.js$/.exec(process.argv[1] ?? '') ?? [];
if (DATA_DIR !== undefined && owner !== undefined) {
  const send = globalThis.fetch;
  globalThis.fetch = (input, init = {}) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const { method = 'GET', body = '' } = init;
    if (/^\/(rest|auth)\/v1\//.test(pathname)) {
      const shown = typeof body === 'string' ? body.slice(0, 1_000) : '';
      appendFileSync(
        `${DATA_DIR}/requests.log`,
        `${owner} ${method} ${pathname}${search} ${JSON.stringify(shown)}\n`,
      );
    }
    return send(input, init);
  };
}
