import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort, holderOf, isPortFree, settlePort } from './ports.js';

const server = net.createServer();
let held: number;
beforeAll(
  () =>
    new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        held = (server.address() as net.AddressInfo).port;
        resolve();
      });
    }),
);
afterAll(() => {
  server.close();
});

describe('ports', () => {
  it('tells a taken port from a free one, and who has it', async () => {
    expect(await isPortFree(held)).toBe(false);
    expect(await holderOf(held)).toMatch(new RegExp(`^.+ \\(pid ${process.pid}\\)$`));
    const free = await findFreePort();
    expect(await isPortFree(free)).toBe(true);
    expect(await holderOf(free)).toBeNull();
  });

  it(
    'keeps a wanted port, moves away from a taken or impossible one, and never gives one out ' +
      'twice',
    async () => {
      const taken = new Set<number>();
      const wanted = await findFreePort();
      expect(await settlePort(wanted, taken)).toBe(wanted);
      const others = [
        await settlePort(wanted, taken),
        await settlePort(held, taken),
        await settlePort(70_000, taken),
      ];
      expect(new Set([wanted, held, ...others]).size).toBe(5);
    },
  );
});
