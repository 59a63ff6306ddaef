import { clamp, disc, label, TAU } from './draw.js';

interface Bit {
  life: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  color: string;
}

const BITS = 120;
const MAX_WORDS = 10;
const MAX_QUAKE = 14;
const GRAVITY = 500;

const bits: Bit[] = Array.from({ length: BITS }, () => newBit());
let flying: { text: string; x: number; y: number; color: string; life: number }[] = [];
let nextBit = 0;
let quake = 0;
let frozen = 0;

function newBit(): Bit {
  return { life: 0, x: 0, y: 0, vx: 0, vy: 0, color: '' };
}

/** Particles from there in all directions; `speed` in units a second. */
export function burst(x: number, y: number, color: string, count = 12, speed = 240): void {
  for (let at = 0; at < count; at += 1) {
    const angle = Math.random() * TAU;
    const fast = speed * (0.3 + Math.random());
    const [vx, vy] = [Math.cos(angle) * fast, Math.sin(angle) * fast];
    Object.assign(bits[nextBit] ?? {}, { x, y, vx, vy, color, life: 0.5 });
    nextBit = (nextBit + 1) % BITS;
  }
}

/** A word that flies up from there. */
export function say(text: string | number, x: number, y: number, color = '#fff'): void {
  flying = [...flying.slice(1 - MAX_WORDS), { text: String(text), x, y, color, life: 0.8 }];
}

/** Shakes the screen: 4 is little, 12 is much; gone within 0.3 s. */
export function shake(strength = 8): void {
  quake = Math.min(MAX_QUAKE, quake + strength);
}

/** The world stands still for so long, as at a great hit. */
export function freeze(ms = 60): void {
  frozen = ms / 1000;
}

export function clearLight(): void {
  for (const bit of bits) bit.life = 0;
  flying = [];
  frozen = 0;
}

/** Whether the world stands still in this frame. */
export function isFrozen(dt: number): boolean {
  frozen = Math.max(0, frozen - dt);
  return frozen > 0;
}

/** How far the screen is off its place now, on one axis. */
export function jolt(): number {
  return (Math.random() - 0.5) * quake;
}

export function moveLight(dt: number): void {
  quake = Math.max(0, quake - 40 * dt);
  for (const bit of bits) {
    if (bit.life <= 0) continue;
    bit.life -= dt;
    bit.x += bit.vx * dt;
    bit.y += bit.vy * dt;
    bit.vy += GRAVITY * dt;
  }
  for (const word of flying) {
    word.life -= dt;
    word.y -= 60 * dt;
  }
  if (flying.some(({ life }) => life <= 0)) flying = flying.filter(({ life }) => life > 0);
}

export function drawLight(context: CanvasRenderingContext2D): void {
  for (const { life, x, y, color } of bits) if (life > 0) disc(x, y, 7 * life + 1, color);
  for (const { life, text, x, y, color } of flying) {
    context.globalAlpha = clamp(life * 2, 0, 1);
    label(text, x, y, 22, color);
  }
  context.globalAlpha = 1;
}
