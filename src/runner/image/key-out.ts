/** Pixels of an image, four bytes each: red, green, blue, alpha. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

type Colour = readonly [number, number, number];

/**
 * Share of the outermost pixels that must be magenta before an image counts as one on a magenta
 * ground.
 */
const MIN_BORDER_SHARE = 0.6;
/**
 * Distance in RGB up to which a pixel that touches the ground belongs to it; what is left of an
 * edge below that is eroded.
 */
const GROUND_DISTANCE = 60;
/**
 * An enclosed area belongs to the ground only when it has exactly its colour: a magenta part of the
 * sprite stays.
 */
const HOLE_DISTANCE = 24;
/** Smaller enclosed areas are noise inside the sprite. */
const MIN_HOLE_PIXELS = 12;
/** How far, in pixels, the ground may have bled into the sprite. */
const EDGE_PIXELS = 3;
/** How far a colour of the solid core is carried outwards over the edge. */
const CARRY_PIXELS = EDGE_PIXELS + 2;
/** Fainter pixels are eroded. */
const MIN_ALPHA = 0.12;
/** Where no core is near, a pixel this far from the ground's colour is solid. */
const SOLID_DISTANCE = 220;

const GROUND = 1;

/**
 * Makes the magenta ground of a sprite transparent, in place. The ground is what is connected with
 * the border, and enclosed holes of exactly its colour. Pixels at its edge are mixtures: the
 * sprite's colour there is carried over from its solid core, and how much of it shows becomes the
 * transparency, so that no fringe is left. Returns the box of what remains; null (nothing was
 * changed) when the image has no magenta ground, or nothing but it.
 */
export function keyOutMagenta(pixels: Pixels): Box | null {
  const key = groundColour(pixels);
  if (key === null) return null;
  const ground = findGround(pixels, key);
  const distance = distanceToGround(pixels, ground);
  if (!distance.some((steps) => steps > 0)) return null;
  softenEdge(pixels, key, distance);
  for (let at = 0; at < ground.length; at += 1)
    if (ground[at] === GROUND) pixels.data.fill(0, at * 4, at * 4 + 4);
  return boxOfVisible(pixels);
}

/** Median colour of the magenta pixels along the border; null when there are too few of them. */
function groundColour({ data, width, height }: Pixels): Colour | null {
  const magenta: number[] = [];
  let count = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1)) {
      const at = (y * width + x) * 4;
      count += 1;
      if (data[at]! > 180 && data[at + 1]! < 100 && data[at + 2]! > 100) magenta.push(at);
    }
  }
  if (magenta.length < count * MIN_BORDER_SHARE) return null;
  const median = (channel: number): number =>
    magenta.map((at) => data[at + channel]!).sort((a, b) => a - b)[magenta.length >> 1]!;
  return [median(0), median(1), median(2)];
}

function distanceTo(data: Uint8Array, at: number, [red, green, blue]: Colour): number {
  return Math.hypot(data[at * 4]! - red, data[at * 4 + 1]! - green, data[at * 4 + 2]! - blue);
}

/** 1 where the ground is. */
function findGround(pixels: Pixels, key: Colour): Uint8Array {
  const { data, width, height } = pixels;
  const ground = new Uint8Array(width * height);
  const isNear =
    (limit: number) =>
    (at: number): boolean =>
      distanceTo(data, at, key) <= limit;
  const border = Array.from(ground.keys()).filter(
    (at) =>
      at % width === 0 || at % width === width - 1 || at < width || at >= width * (height - 1),
  );
  fill(pixels, border, isNear(GROUND_DISTANCE), ground);
  const seen = ground.slice();
  for (let at = 0; at < ground.length; at += 1) {
    if (seen[at] !== 0 || !isNear(HOLE_DISTANCE)(at)) continue;
    const hole = fill(pixels, [at], isNear(HOLE_DISTANCE), seen);
    if (hole.length >= MIN_HOLE_PIXELS) fill(pixels, hole, isNear(GROUND_DISTANCE), ground);
  }
  return ground;
}

/**
 * Everything that is connected with `seeds` over pixels that `belongs`; marks what it has `seen`.
 */
function fill(
  { width, height }: Pixels,
  seeds: readonly number[],
  belongs: (at: number) => boolean,
  seen: Uint8Array,
): number[] {
  const found: number[] = [];
  const visit = (at: number): void => {
    if (seen[at] !== 0 || !belongs(at)) return;
    seen[at] = GROUND;
    found.push(at);
  };
  seeds.forEach(visit);
  for (let next = 0; next < found.length; next += 1) {
    const at = found[next]!;
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < width * (height - 1)) visit(at + width);
  }
  return found;
}

/** Steps from the ground (0), counted up to the solid core (EDGE_PIXELS + 1). */
function distanceToGround(pixels: Pixels, ground: Uint8Array): Uint8Array {
  const distance = new Uint8Array(ground.length).fill(EDGE_PIXELS + 1);
  let ring: number[] = [];
  for (let at = 0; at < ground.length; at += 1)
    if (ground[at] === GROUND) {
      distance[at] = 0;
      ring.push(at);
    }
  for (let steps = 1; steps <= EDGE_PIXELS; steps += 1) {
    const next: number[] = [];
    for (const at of ring)
      eachNeighbour(pixels, at, (near) => {
        if (distance[near]! > steps) {
          distance[near] = steps;
          next.push(near);
        }
      });
    ring = next;
  }
  return distance;
}

function eachNeighbour({ width, height }: Pixels, at: number, visit: (near: number) => void): void {
  const x = at % width;
  const y = (at - x) / width;
  for (let dy = -1; dy <= 1; dy += 1) {
    for (let dx = -1; dx <= 1; dx += 1) {
      if ((dx !== 0 || dy !== 0) && x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height)
        visit(at + dy * width + dx);
    }
  }
}

/** Gives the pixels between ground and core their own colour and transparency. */
function softenEdge(pixels: Pixels, key: Colour, distance: Uint8Array): void {
  const core = carryCore(pixels, distance);
  const { data } = pixels;
  for (let at = 0; at < distance.length; at += 1) {
    if (distance[at] === 0 || distance[at]! > EDGE_PIXELS) continue;
    const solid = core.get(at);
    const { alpha, colour } =
      solid === undefined ? unmix(data, at, key) : share(data, at, key, solid);
    if (alpha >= 1) continue;
    data.set(
      alpha < MIN_ALPHA
        ? [0, 0, 0, 0]
        : [...colour.map(Math.round), Math.round(alpha * data[at * 4 + 3]!)],
      at * 4,
    );
  }
}

/**
 * For pixels of the edge the mean colour of the core pixels nearest to them; missing where none is
 * near.
 */
function carryCore(pixels: Pixels, distance: Uint8Array): Map<number, Colour> {
  const { data } = pixels;
  const isEdge = (at: number): boolean => distance[at]! > 0 && distance[at]! <= EDGE_PIXELS;
  const carried = new Map<number, Colour>();
  const colourOf = (at: number): Colour | undefined =>
    distance[at]! > EDGE_PIXELS
      ? [data[at * 4]!, data[at * 4 + 1]!, data[at * 4 + 2]!]
      : carried.get(at);
  let open = Array.from(distance.keys()).filter(isEdge);
  for (let steps = 0; steps < CARRY_PIXELS && open.length > 0; steps += 1) {
    const reached: [number, Colour][] = [];
    for (const at of open) {
      const near: Colour[] = [];
      eachNeighbour(pixels, at, (other) => {
        const colour = colourOf(other);
        if (colour !== undefined) near.push(colour);
      });
      if (near.length > 0) reached.push([at, mean(near)]);
    }
    for (const [at, colour] of reached) carried.set(at, colour);
    open = open.filter((at) => !carried.has(at));
  }
  return carried;
}

function mean(colours: readonly Colour[]): Colour {
  const of = (channel: 0 | 1 | 2): number =>
    colours.reduce((sum, colour) => sum + colour[channel], 0) / colours.length;
  return [of(0), of(1), of(2)];
}

interface Mixture {
  alpha: number;
  colour: Colour;
}

/**
 * How much of `solid` is in a pixel that lies between it and the ground. A pixel that is off that
 * line has a colour of its own (an outline): it keeps as much of it as is not the ground's.
 */
function share(data: Uint8Array, at: number, key: Colour, solid: Colour): Mixture {
  const [toSolid, own] = [
    solid.map((value, i) => value - key[i]!),
    key.map((value, i) => data[at * 4 + i]! - value),
  ];
  const length = toSolid.reduce((sum, value) => sum + value * value, 0);
  if (length < GROUND_DISTANCE * GROUND_DISTANCE) return { alpha: 1, colour: solid };
  const along = own.reduce((sum, value, i) => sum + value * toSolid[i]!, 0) / length;
  const off = Math.hypot(...own.map((value, i) => value - along * toSolid[i]!));
  if (off > GROUND_DISTANCE) return unmix(data, at, key);
  return { alpha: Math.min(1, Math.max(0, along)), colour: solid };
}

/**
 * Without a core to compare with: the nearer to the ground's colour, the fainter; what the ground
 * adds is taken off.
 */
function unmix(data: Uint8Array, at: number, key: Colour): Mixture {
  const alpha = Math.min(1, distanceTo(data, at, key) / SOLID_DISTANCE);
  const colour = key.map((value, i) =>
    Math.min(
      255,
      Math.max(0, (data[at * 4 + i]! - (1 - alpha) * value) / Math.max(alpha, MIN_ALPHA)),
    ),
  );
  return { alpha, colour: colour as unknown as Colour };
}

function boxOfVisible({ data, width, height }: Pixels): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let at = 0; at < width * height; at += 1) {
    if (data[at * 4 + 3] === 0) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
