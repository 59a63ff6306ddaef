import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { addMetadataAddress } from './metadata-address.js';

/** Counts all that reaches this machine at one TCP and one UDP port of any of its addresses. */
export interface NetworkListener {
  /** IPv4: loopback, the outer ones and, where we may add it, the metadata address. */
  readonly addresses: readonly string[];
  readonly tcpPort: number;
  readonly udpPort: number;
  /** Since the last time that somebody asked. */
  takeArrivals(): { connections: number; packets: number };
  close(): Promise<void>;
}

export async function startNetworkListener(): Promise<NetworkListener> {
  const removeAddress = await addMetadataAddress();
  let [connections, packets] = [0, 0];
  const tcp = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).destroy();
  }).listen(0, '0.0.0.0');
  const udp = createSocket('udp4', () => {
    packets += 1;
  }).bind(0, '0.0.0.0');
  await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
  return {
    addresses: Object.values(os.networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => address),
    tcpPort: (tcp.address() as AddressInfo).port,
    udpPort: udp.address().port,
    takeArrivals() {
      const arrived = { connections, packets };
      [connections, packets] = [0, 0];
      return arrived;
    },
    async close() {
      udp.close();
      tcp.close();
      await removeAddress();
    },
  };
}

/** A script that tries every way out that a page has, to all addresses of `listener`. */
export function escapingScript({ addresses, tcpPort, udpPort }: NetworkListener): string {
  const servers = addresses.flatMap((address) => [
    { urls: `stun:${address}:${udpPort}` },
    { urls: `turn:${address}:${udpPort}`, username: 'u', credential: 'c' },
    { urls: `turn:${address}:${tcpPort}?transport=tcp`, username: 'u', credential: 'c' },
  ]);
  return `
    const peer = new RTCPeerConnection({ iceServers: ${JSON.stringify(servers)} });
    peer.createDataChannel('x');
    peer.createOffer().then((offer) => peer.setLocalDescription(offer));
    for (const address of ${JSON.stringify(addresses)}) {
      const url = 'http://' + address + ':${tcpPort}/';
      fetch(url, { mode: 'no-cors' }).catch(() => {});
      navigator.sendBeacon(url, 'x');
      try { new WebSocket(url.replace('http', 'ws')); } catch {}
      new Image().src = url;
      // The server of the renderer fetches for its page.
      const frame = '/proxy?time=0&transparent=false&toneMapped=true&src=';
      fetch(frame + encodeURIComponent(url + 'x.mp4')).catch(() => {});
    }`;
}
