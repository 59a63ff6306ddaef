import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';

/**
 * Where a request to open a socket comes from, by the same proxies as `req.ip` of the HTTP routes
 * (TRUST_PROXY): from the nearest one on, each that is trusted names the one before it.
 */
export function addressOf(app: Express): (request: IncomingMessage) => string {
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return ({ headers, socket }) => {
    const named = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',');
    const before = named.map((address) => address.trim()).filter(Boolean);
    let address = socket.remoteAddress ?? '';
    for (let hop = 0; before.length > 0 && isTrusted(address, hop); hop += 1)
      address = before.pop() ?? '';
    return address;
  };
}
