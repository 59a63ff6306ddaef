import { createServer } from 'node:http';
import express from 'express';
import { expect, it } from 'vitest';
import { addressOf } from './address.js';
import { originOf } from '../../../test/support/own-server.js';
import { SocketPlaces, type SocketPlace } from './socket-places.js';

const places = (): SocketPlaces =>
  new SocketPlaces({
    MAX_SOCKETS_PER_USER: 2,
    MAX_SOCKETS_PER_ADDRESS: 5,
    MAX_WAITING_SOCKETS_PER_ADDRESS: 3,
    RATE_LIMIT_FRAMES_PER_MIN: 2,
    RATE_LIMIT_SESSIONS_PER_MIN: 5,
    RATE_LIMIT_ADDRESS_FACTOR: 2,
  });
const taken = (place: SocketPlace | null): SocketPlace => {
  if (place === null) throw new Error('refused');
  return place;
};

it('an address has so many sockets that wait, and so many in all; who goes makes room', () => {
  const all = places();
  const waiting = [1, 2, 3].map(() => taken(all.take('203.0.113.1')));
  expect(all.take('203.0.113.1')).toBeNull();
  expect(all.take('203.0.113.2')).not.toBeNull();
  waiting.forEach((place, index) => expect(place.signIn(`user ${index}`)).toBe(true));
  const more = [4, 5].map(() => taken(all.take('::ffff:203.0.113.1')));
  expect(all.take('203.0.113.1')).toBeNull();
  for (const place of [waiting[0], waiting[0], more[0]]) place?.leave();
  expect(all.take('203.0.113.1')).not.toBeNull();
  expect(all.take('203.0.113.1')).not.toBeNull();
  expect(all.take('203.0.113.1')).toBeNull();
});

it('a user has so many from everywhere; signing in again as another one moves a place', () => {
  const all = places();
  const [first, second, third] = [1, 2, 3].map((index) => taken(all.take(`203.0.113.${index}`)));
  expect([first, second, first].map((place) => place?.signIn('a'))).toEqual([true, true, true]);
  expect(third?.signIn('a')).toBe(false);
  expect(first?.signIn('b')).toBe(true);
  expect(third?.signIn('a')).toBe(true);
  first?.leave();
  expect(first?.signIn('a'), 'gone: it counts no more').toBe(true);
  second?.leave();
  expect(taken(all.take('203.0.113.9')).signIn('a')).toBe(true);
});

it('D6: a user sends so many frames a minute on all sockets together, those gone included', () => {
  const all = places();
  const signedIn = (user: string): SocketPlace => {
    const place = taken(all.take('203.0.113.1'));
    place.signIn(user);
    return place;
  };
  const first = signedIn('a');
  expect(first.takeFrame(100)).toBe(true);
  first.leave();
  const second = signedIn('a');
  expect([1, 2].map(() => second.takeFrame(100))).toEqual([true, false]);
  expect(signedIn('b').takeFrame(100)).toBe(true);
});

it('a large frame counts as one for each KiB that it has begun', () => {
  const place = taken(places().take('203.0.113.1'));
  place.signIn('a');
  expect([1025, 1].map((sizeBytes) => place.takeFrame(sizeBytes))).toEqual([true, false]);
});

it('a socket sends 20 KiB before it signs in', () => {
  const place = taken(places().take('203.0.113.1'));
  expect([16, 4, 1].map((kib) => place.takeFrame(kib * 1024))).toEqual([true, true, false]);
});

it('an address opens so many sockets a minute, however short they live', () => {
  const all = places();
  for (let opened = 0; opened < 10; opened += 1) taken(all.take('203.0.113.1')).leave();
  expect(all.take('203.0.113.1')).toBeNull();
  expect(all.take('203.0.113.2')).not.toBeNull();
});

it.each([
  [0, undefined],
  [0, '198.51.100.1'],
  [1, '198.51.100.1, 203.0.113.1'],
  [2, '198.51.100.1, 203.0.113.1'],
  ['loopback', ' 198.51.100.1 ,203.0.113.1'],
  [['loopback', '203.0.113.1'], '198.51.100.1, 203.0.113.1'],
  ['loopback', ''],
])('behind %j, told %j, a socket comes from where a request does', async (trust, forwarded) => {
  const app = express().set('trust proxy', trust);
  const seen: unknown[] = [];
  app.use((req, res) => {
    seen.push(req.ip, addressOf(app)(req));
    res.end();
  });
  await fetch(await originOf(createServer(app)), {
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });
  expect(seen[1]).toBe(seen[0]);
});
