import { expect, it } from 'vitest';
import { answerReading } from './reading.js';

const requestOf = (wish: string, message: string): unknown =>
  (
    JSON.parse(answerReading(`Game: x\n\n> user: ${wish}\n\nMessage: ${message}`)) as {
      request: unknown;
    }
  ).request;

it.each([
  ['敵を速くして', 'さっきの半分くらいにして', '敵の速さを半分にして'],
  ['難易度を上げて', 'それをもう少しだけ弱めて', '難易度を少し下げて'],
  ['Make the enemies faster', 'A little less than that', 'Make the enemies a little slower'],
  ['Make the player purple', 'Make it slower', 'Make it slower'],
  ['Make the player purple', 'Add a boss', 'Add a boss'],
])('the demo model reads after 「%s」 the message 「%s」 as %s', (wish, message, expected) => {
  expect(requestOf(wish, message)).toBe(expected);
});
