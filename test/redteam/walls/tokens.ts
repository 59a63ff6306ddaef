import { createHmac } from 'node:crypto';
import WebSocket from 'ws';
import { bearer, type Target } from '../target.js';
import { inTurns, type Wall } from '../wall.js';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const FAR = 4_102_444_800;

/** Forgeries of the victim's token by somebody who has seen tokens, but no secret. */
function forgeries({ victim, attacker, stack }: Target): [string, string][] {
  const [header = '', claims = '', signature = ''] = victim.accessToken.split('.');
  const [, , foreign = ''] = attacker.accessToken.split('.');
  const own = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: string }).kid;
  const changed = { ...own, exp: FAR };
  const signed = (alg: string, key: string, extra: object = {}): string => {
    const text = `${encode({ typ: 'JWT', alg, ...extra })}.${encode(changed)}`;
    const hash = `sha${alg.slice(2)}`;
    return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
  };
  const none = ['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg): [string, string][] => [
    [`alg ${alg} without a signature`, `${encode({ alg, typ: 'JWT' })}.${encode(changed)}.`],
    [`alg ${alg} with one`, `${encode({ alg, typ: 'JWT' })}.${encode(changed)}.${signature}`],
  ]);
  const keys = ['', 'secret', 'super-secret-jwt-token-with-at-least-32-characters-long', 'null'];
  const known = [...keys, stack.env['SUPABASE_ANON_KEY'] ?? 'anon', victim.id, kid ?? 'kid'];
  const guessed = known.flatMap((key): [string, string][] =>
    ['HS256', 'HS384', 'HS512'].map((alg) => [`${alg} by ${key.slice(0, 12)}`, signed(alg, key)]),
  );
  const odd: object[] = [
    { kid: '../../dev/null' },
    { kid: "x' union select 'a" },
    { jku: 'http://evil.test/keys' },
    { x5u: 'http://evil.test/cert' },
    { jwk: { kty: 'oct', k: '' } },
    { crit: ['exp'] },
  ];
  return [
    ...none,
    ...guessed,
    ...odd.map((extra): [string, string] => [JSON.stringify(extra), signed('HS256', '', extra)]),
    ['later end', `${header}.${encode(changed)}.${signature}`],
    ['role', `${header}.${encode({ ...own, role: 'service_role' })}.${signature}`],
    ['a signature of another', `${header}.${claims}.${foreign}`],
    ['no signature', `${header}.${claims}.`],
    ['two parts', `${header}.${claims}`],
    ['half a signature', `${header}.${claims}.${signature.slice(0, 20)}`],
    ['twice', `${victim.accessToken}.${victim.accessToken}`],
    ['zero bytes', `${header}.${claims}\u0000.${signature}`.replaceAll('\u0000', '%00')],
    ['an empty object', 'e30.e30.e30'],
  ];
}

const PLACES: readonly ((target: Target) => string)[] = [
  ({ projectId }) => `/api/projects/${projectId}`,
  ({ projectId }) => `/api/projects/${projectId}/code`,
  ({ jobId }) => `/api/jobs/${jobId}`,
  () => '/api/assets',
  () => '/rest/v1/projects?select=*',
  () => '/rest/v1/chat_history?select=*',
  () => '/auth/v1/user',
];

export const tokens: Wall = {
  name: 'forged tokens: routes, rows, sockets, addresses of games',
  async attack(target, tally, isSmall) {
    const forged = forgeries(target).filter((_, at) => !isSmall || at % 5 === 0);
    const apikey = target.stack.env['SUPABASE_ANON_KEY'] ?? '';
    const tries = forged.flatMap(([name, token]) =>
      PLACES.map((place) => ({ name, token, path: place(target) })),
    );
    await inTurns(tries, ({ name, token, path }) =>
      tally.try(`${name} at ${path}`, async () => {
        const { status, text } = await target.ask(path, {
          headers: { ...bearer(token), apikey },
        });
        if (target.leakIn(text)) return `${status} with the victim's data`;
        return status >= 400 && status < 500 ? true : `${status} ${text}`;
      }),
    );
    await inTurns(forged, async ([name, token]) => {
      const game = `/game/${target.victim.id}/${target.projectId}/index.html`;
      await tally.try(`${name} in an address`, async () => {
        const path = `${game}?access_token=${encodeURIComponent(token)}`;
        const { status, text } = await target.ask(path);
        return status >= 400 && status < 500 && !target.leakIn(text) ? true : `${status} ${text}`;
      });
      await tally.try(`${name} on a socket`, () => signInOnSocket(target, token));
    });
  },
};

/** A socket that says so and is closed, or hears of an error, has not let anybody in. */
function signInOnSocket({ stack }: Target, token: string): Promise<true | string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(stack.baseUrl.replace(/^http/, 'ws'));
    const timer = setTimeout(() => end('no answer within 20 s'), 20_000);
    const end = (verdict: true | string): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(verdict);
    };
    socket.on('open', () => socket.send(JSON.stringify({ type: 'init', access_token: token })));
    socket.on('error', () => undefined);
    socket.on('close', () => end(true));
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString('utf8')) as { type: string };
      if (type === 'error') end(true);
      else if (type === 'init') end('signed in');
    });
  });
}
