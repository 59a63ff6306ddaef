import { nameOf, sizeName, type Thing } from './things.js';
import type { Camera, Drawn, Scene } from './three-dimensions.js';

const MAX_OBJECTS = 2_000;
/** Of many that are drawn at once. */
const MAX_EACH = 100;
const KINDS = ['isMesh', 'isSprite', 'isPoints', 'isLine'] as const;

/** What the scenes of the last frame hold, and the cameras that look at them. */
export function thingsOfScenes({ scenes }: Drawn): Thing[] {
  return [...scenes].flatMap(([scene, camera]) => [
    thingOf(camera, 'camera', placeOf(camera.matrixWorld.elements), null),
    ...shownIn(scene).flatMap((object) =>
      placesOf(object).map((at) => thingOf(object, kindOf(object), at, screenOf(at, camera))),
    ),
  ]);
}

/** A name of what was drawn, where nothing is known of a scene. */
export function nameOfDraws({ scenes, draws, places }: Drawn): number {
  return scenes.size > 0 ? 0 : nameOf([draws, places]);
}

function shownIn(scene: Scene): Scene[] {
  const found: Scene[] = [];
  const waiting = [scene];
  for (let seen = 0; seen < MAX_OBJECTS; seen += 1) {
    const object = waiting.pop();
    if (object === undefined) break;
    if (!object.visible) continue;
    if (KINDS.some((kind) => object[kind])) found.push(object);
    waiting.push(...[...object.children].reverse());
  }
  return found;
}

function thingOf(object: Scene, kind: string, at: number[], seen: Thing['seen']): Thing {
  const [size] = Object.values(object.geometry?.parameters ?? {});
  const name = typeof size === 'number' ? sizeName(size * 10) : '';
  // Turned without being moved it is another drawing.
  const mark = nameOf(object.matrixWorld.elements.slice(0, 11).map((value) => value * 64));
  return { channel: 'scene', kind, size: name, at, seen, mark };
}

/** Its name without a number, else its shape. */
function kindOf({ name, type, geometry }: Scene): string {
  const shape = geometry?.type.replace(/(?:Buffer)?Geometry$/, '') ?? '';
  return name.replace(/[\s\d_.-]+$/, '').slice(0, 40) || shape || type;
}

const placeOf = (matrix: ArrayLike<number>, from = 0): number[] =>
  [12, 13, 14].map((element) => matrix[from + element] ?? 0);

function placesOf({ matrixWorld, count = 0, instanceMatrix }: Scene): number[][] {
  const own = placeOf(matrixWorld.elements);
  if (!instanceMatrix) return [own];
  return Array.from({ length: Math.min(count, MAX_EACH) }, (_, each) =>
    placeOf(instanceMatrix.array, each * 16).map((value, axis) => value + (own[axis] ?? 0)),
  );
}

function screenOf(at: readonly number[], camera: Camera): Thing['seen'] {
  const seen = [camera.matrixWorldInverse, camera.projectionMatrix].reduce(
    (point, { elements }) =>
      [0, 1, 2, 3].map((row) =>
        point.reduce((sum, value, column) => sum + value * (elements[column * 4 + row] ?? 0), 0),
      ),
    [...at, 1],
  );
  const [x = 0, y = 0, , w = 0] = seen;
  if (w <= 0 || Math.abs(x) > w || Math.abs(y) > w) return null;
  return { x: (innerWidth * (1 + x / w)) / 2, y: (innerHeight * (1 - y / w)) / 2 };
}
