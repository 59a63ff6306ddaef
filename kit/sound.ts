type Tone = readonly [from: number, ms: number, type: OscillatorType, to: number];

type Tones = Readonly<Record<string, readonly Tone[]>>;

const SOUNDS = {
  reward: [[440, 90, 'triangle', 880]],
  jump: [[320, 120, 'square', 640]],
  shot: [[880, 40, 'square', 500]],
  hit: [[160, 250, 'sawtooth', 60]],
  refused: [[140, 80, 'square', 140]],
  tick: [[660, 30, 'sine', 660]],
  win: [
    [523, 160, 'triangle', 523],
    [659, 160, 'triangle', 659],
    [784, 320, 'triangle', 1046],
  ],
  lose: [[320, 400, 'sawtooth', 70]],
} as const satisfies Tones;

/** More at a time is noise. */
const MAX_VOICES = 6;
const SAME_SOUND_S = 0.04;
const NEXT_TONE_S = 0.12;
/** So far ahead notes are planned, by the clock of the sound. */
const AHEAD_S = 0.15;
const LOUD = { one: 0.1, music: 0.04 } as const;

export interface Tune {
  bpm: number;
  /** Half tones above `base` (hertz) of each half beat; null = a rest. */
  lead?: readonly (number | null)[];
  bass?: readonly (number | null)[];
  base?: number;
}

let audio: AudioContext | null = null;
let voices = 0;
let hiss: AudioBuffer | null = null;
let tune: (Tune & { next: number; at: number }) | null = null;
const lastAt = new Map<string, number>();

/** Begins sound. Browsers allow it in a touch or key only; a game plays as well without. */
export function wake(): void {
  try {
    audio ??= new AudioContext();
    if (audio.state === 'suspended' && !document.hidden) audio.resume().catch(() => undefined);
  } catch {
    audio = null;
  }
}

/** Rests while the page is hidden. */
export function hush(isHidden: boolean): void {
  if (audio === null) return;
  (isHidden ? audio.suspend() : audio.resume()).catch(() => undefined);
}

const running = (): AudioContext | null => (audio?.state === 'running' ? audio : null);

/** One tone that falls away; `from` and `to` in hertz. */
export function beep(from: number, ms = 90, type: OscillatorType = 'triangle', to = from): void {
  const context = running();
  if (context !== null) tone(context, context.currentTime, [from, ms, type, to], LOUD.one);
}

function tone(context: AudioContext, at: number, [from, ms, type, to]: Tone, loud: number): void {
  if (voices >= MAX_VOICES && loud === LOUD.one) return;
  const oscillator = context.createOscillator();
  oscillator.type = type;
  oscillator.frequency.setValueAtTime(from, at);
  oscillator.frequency.exponentialRampToValueAtTime(Math.max(30, to), at + ms / 1000);
  sing(context, oscillator, oscillator, { at, ms, loud });
}

interface Sung {
  at: number;
  ms: number;
  loud: number;
}

function sing(
  context: AudioContext,
  source: AudioScheduledSourceNode,
  last: AudioNode,
  { at, ms, loud }: Sung,
): void {
  const gain = context.createGain();
  gain.gain.setValueAtTime(loud, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + ms / 1000);
  last.connect(gain).connect(context.destination);
  voices += 1;
  source.onended = () => (voices -= 1);
  source.start(at);
  source.stop(at + ms / 1000);
}

/** A named sound, a tick for any other name; `step` half tones higher, as in a chain. */
export function sound(name: keyof typeof SOUNDS, step = 0): void {
  const context = running();
  if (context === null) return;
  const now = context.currentTime;
  if (now - (lastAt.get(name) ?? -1) < SAME_SOUND_S) return;
  lastAt.set(name, now);
  const higher = 2 ** (step / 12);
  const tones = (SOUNDS as Tones)[name] ?? SOUNDS.tick;
  for (const [at, [from, ms, type, to]] of tones.entries())
    tone(context, now + at * NEXT_TONE_S, [from * higher, ms, type, to * higher], LOUD.one);
}

/** Wind, waves, an explosion: noise below a frequency that goes from `from` to `to` hertz. */
export function noise(ms = 300, from = 1200, to = 120): void {
  const context = running();
  if (context === null || voices >= MAX_VOICES) return;
  hiss ??= hissOf(context);
  const [source, filter] = [context.createBufferSource(), context.createBiquadFilter()];
  source.buffer = hiss;
  source.loop = true;
  const at = context.currentTime;
  filter.frequency.setValueAtTime(from, at);
  filter.frequency.exponentialRampToValueAtTime(Math.max(30, to), at + ms / 1000);
  source.connect(filter);
  sing(context, source, filter, { at, ms, loud: LOUD.one });
}

function hissOf(context: AudioContext): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let at = 0; at < samples.length; at += 1) samples[at] = Math.random() * 2 - 1;
  return buffer;
}

/** Plays a tune again and again, below the effects; without one it ends. */
export function music(next: Tune | null = null): void {
  tune = next && { ...next, next: 0, at: 0 };
}

/** Plans the notes that come next; once a frame. */
export function playMusic(): void {
  const context = running();
  if (context === null || tune === null) return;
  const { bpm, lead = [], bass = [], base = 220 } = tune;
  const now = context.currentTime;
  if (tune.at < now) tune.at = now;
  for (; tune.at < now + AHEAD_S; tune.at += 30 / bpm) {
    for (const [notes, low] of [
      [lead, 1],
      [bass, 0.25],
    ] as const) {
      const note = notes[tune.next % notes.length] ?? null;
      if (note === null) continue;
      const hertz = base * low * 2 ** (note / 12);
      tone(context, tune.at, [hertz, 30_000 / bpm, 'triangle', hertz], LOUD.music);
    }
    tune.next += 1;
  }
}
