import { afterEach, expect, it, vi } from 'vitest';
import { sound, wake } from './sound.js';

afterEach(() => vi.unstubAllGlobals());

it('a sound that the kit does not know is a tick, and ends no game', () => {
  let started = 0;
  const knob = { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };
  const node = { connect: () => node, gain: knob, frequency: knob, stop: () => undefined };
  class Audio {
    readonly state = 'running';
    readonly currentTime = 1;
    readonly createGain = () => node;
    readonly createOscillator = () => Object.assign({ start: () => (started += 1) }, node);
  }
  vi.stubGlobal('AudioContext', Audio);
  vi.stubGlobal('document', { hidden: false });
  wake();
  sound('coin' as 'tick');
  expect(started).toBe(1);
  sound('win');
  expect(started).toBe(4);
});
