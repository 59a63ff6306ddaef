import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startNetworkListener, type NetworkListener } from '../../support/network-listener.js';

/** What the tests of the boxes count by: a zero of theirs is one only if this holds. */
let listener: NetworkListener;
beforeAll(async () => {
  listener = await startNetworkListener();
});
afterAll(() => listener?.close());

it('hears TCP and UDP at each address, loopback and the metadata address with them', async () => {
  const { addresses, tcpPort, udpPort } = listener;
  expect(addresses).toContain('127.0.0.1');
  for (const address of addresses) {
    const arrived = { connections: 0, packets: 0 };
    const datagrams = createSocket('udp4');
    const socket = connect(tcpPort, address).on('error', () => undefined);
    datagrams.send('x', udpPort, address);
    await expect
      .poll(() => {
        const { connections, packets } = listener.takeArrivals();
        arrived.connections += connections;
        arrived.packets += packets;
        return arrived;
      })
      .toEqual({ connections: 1, packets: 1 });
    socket.destroy();
    datagrams.close();
  }
});
