import { rounded, type Values } from './things.js';

const MAX = { values: 150, depth: 4, items: 4, characters: 40, keys: 200, objects: 500 } as const;
/** What looks otherwise plays as before. */
const LOOKS = /colou?r|tint|hue|style|font|alpha|opacity|theme/i;
/** What a game works with is none of its state. */
const TOOLS = new RegExp(
  '^(?:keys?|pressed|inputs?|pointers?|touch(?:es)?|mouse|logs?|sounds?|audio|music|ctx|context|' +
    'canvas|renderer|scene|camera|mesh(?:es)?|settings)$',
  'i',
);
const MAX_PHASES = 6;
const DRAWN = ['nodeType', 'isObject3D', 'isMaterial', 'isBufferGeometry', 'isTexture'];

/** What a game declares of itself: the entries of `<html>`, and what `__game.state()` returns. */
export function declaredValues(): Values {
  const values: Values = new Map();
  for (const [key, text = ''] of Object.entries(document.documentElement.dataset))
    put(values, `state.${key}`, /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);
  try {
    flatten({ values, seen: new Set() }, 'state', offered()?.state?.(), 0);
  } catch {
    // What it cannot give now it may give later.
  }
  return values;
}

/** Phases that it offers to be led to. */
export function offeredPhases(): string[] {
  const { goto, phases } = offered() ?? {};
  const names = typeof goto === 'function' && Array.isArray(phases) ? (phases as unknown[]) : [];
  return names.filter((name) => typeof name === 'string').slice(0, MAX_PHASES);
}

/** What it throws then is no fault: no player comes there so. */
export function goTo(phase: string): void {
  try {
    offered()?.goto?.(phase);
  } catch {
    // It stays where it is.
  }
}

interface Offered {
  state?: () => unknown;
  phases?: unknown;
  goto?: (phase: string) => void;
}

const offered = (): Offered | undefined => (window as { __game?: Offered }).__game;

interface Flattened {
  readonly values: Values;
  /** Objects are listed once. */
  readonly seen: Set<object>;
}

function flatten(flattened: Flattened, path: string, value: unknown, depth: number): void {
  const { values, seen } = flattened;
  if (typeof value !== 'object' || value === null) return put(values, path, value);
  if (depth >= MAX.depth || seen.size >= MAX.objects || seen.has(value)) return;
  if (DRAWN.some((mark) => mark in value)) return;
  seen.add(value);
  const list = Array.isArray(value) || ArrayBuffer.isView(value) ? (value as unknown[]) : null;
  if (list !== null) put(values, `${path}.length`, list.length);
  if (value instanceof Map || value instanceof Set) put(values, `${path}.length`, value.size);
  const keys = Object.keys(list?.slice(0, MAX.items) ?? value).slice(0, MAX.keys);
  const entries = keys
    .filter((key) => !LOOKS.test(key))
    .map((key) => [key, (value as Record<string, unknown>)[key]] as const);
  const isDeep = (each: unknown): boolean => typeof each === 'object' && each !== null;
  // What is near comes first: there may be more than is followed.
  for (const [key, each] of entries) if (!isDeep(each)) put(values, `${path}.${key}`, each);
  for (const [key, each] of entries)
    if (isDeep(each) && !TOOLS.test(key) && values.size < MAX.values)
      flatten(flattened, `${path}.${key}`, each, depth + 1);
}

function put(values: Values, path: string, value: unknown): void {
  if (values.size >= MAX.values || path.length > 100) return;
  if (typeof value === 'number') values.set(path, rounded(value, 3));
  if (typeof value === 'boolean') values.set(path, value);
  if (typeof value === 'string') values.set(path, value.slice(0, MAX.characters));
}
