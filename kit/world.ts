import * as THREE from 'three';
import type { Finger } from './fingers.js';
import { jolt } from './light.js';
import { frame, H, putCanvas, W } from './page.js';

const SPARKS = 60;
const GRAVITY = 14;
/** Units of the world for one of the screen. */
const JOLT = 0.02;

export const scene = new THREE.Scene();
export const camera = new THREE.PerspectiveCamera(60, W / H, 0.1, 120);
export const renderer = new THREE.WebGLRenderer({ antialias: true });
export const sky = new THREE.HemisphereLight('#ffffff', '#6a8caf', 2);
export const sun = new THREE.DirectionalLight('#fff3d6', 2);

const materials = new Map<string, THREE.MeshLambertMaterial>();
const sparks = Array.from({ length: SPARKS }, () => newSpark());
const sparkMesh = new THREE.InstancedMesh(
  new THREE.TetrahedronGeometry(0.14),
  new THREE.MeshBasicMaterial({ color: '#ffffff' }),
  SPARKS,
);
const still = new THREE.Matrix4();
const ray = new THREE.Raycaster();
let nextSpark = 0;

function newSpark() {
  return { life: 0, at: new THREE.Vector3(), speed: new THREE.Vector3(), color: new THREE.Color() };
}

/** Puts the world below the flat canvas, with a sky's light and a sun. */
export function putWorld(): void {
  camera.position.set(0, 4, 7);
  camera.lookAt(0, 0.5, -4);
  sun.position.set(4, 9, 6);
  sparkMesh.frustumCulled = false;
  // Its shader knows colours from the beginning.
  sparkMesh.setColorAt(0, new THREE.Color());
  scene.add(sky, sun, sparkMesh);
  putCanvas(renderer.domElement, (width, height) => {
    renderer.setPixelRatio(frame.density);
    renderer.setSize(width, height, false);
  });
}

export function paintSky(color: string): void {
  scene.background = new THREE.Color(color);
}

/** A mesh of flat shades in the world; meshes of one colour share their material. */
export function solid(shape: THREE.BufferGeometry, color: string): THREE.Mesh {
  let material = materials.get(color);
  if (!material) {
    material = new THREE.MeshLambertMaterial({ color, flatShading: true });
    materials.set(color, material);
  }
  const mesh = new THREE.Mesh(shape, material);
  scene.add(mesh);
  return mesh;
}

/** Particles from there in all directions; `speed` in units of the world a second. */
export function burst(at: THREE.Vector3, color: string, count = 12, speed = 5): void {
  for (let each = 0; each < count; each += 1) {
    const spark = sparks[nextSpark];
    nextSpark = (nextSpark + 1) % SPARKS;
    if (!spark) continue;
    spark.life = 0.6;
    spark.at.copy(at);
    spark.color.set(color);
    const [x, y, z] = [Math.random() - 0.5, Math.random(), Math.random() - 0.5];
    spark.speed.set(x, y, z).multiplyScalar(2 * speed);
  }
}

/** Where a place of the world is on the virtual screen. */
export function screenAt(place: THREE.Vector3): { x: number; y: number } {
  const { x, y } = place.clone().project(camera);
  return { x: ((1 + x) * W) / 2, y: ((1 - y) * H) / 2 };
}

const rayThrough = ({ x, y }: Pick<Finger, 'x' | 'y'>): THREE.Raycaster => {
  camera.updateMatrixWorld();
  ray.setFromCamera(new THREE.Vector2((2 * x) / W - 1, 1 - (2 * y) / H), camera);
  return ray;
};

/** The first of these objects below a finger; null = none. */
export function objectAt(
  finger: Pick<Finger, 'x' | 'y'>,
  objects: THREE.Object3D[],
): THREE.Object3D | null {
  return rayThrough(finger).intersectObjects(objects, false)[0]?.object ?? null;
}

/** The place of the level `y` below a finger; null = the finger is above the horizon. */
export function groundAt(finger: Pick<Finger, 'x' | 'y'>, y = 0): THREE.Vector3 | null {
  const level = new THREE.Plane(new THREE.Vector3(0, 1, 0), -y);
  return rayThrough(finger).ray.intersectPlane(level, new THREE.Vector3());
}

/** Moves the particles, and draws the world as the camera sees it, shaken where it is. */
export function showWorld(dt: number): void {
  let shown = 0;
  for (const spark of sparks) {
    if (spark.life <= 0) continue;
    spark.life -= dt;
    spark.speed.y -= GRAVITY * dt;
    spark.at.addScaledVector(spark.speed, dt);
    sparkMesh.setMatrixAt(shown, still.setPosition(spark.at));
    sparkMesh.setColorAt(shown, spark.color);
    shown += 1;
  }
  sparkMesh.count = shown;
  sparkMesh.instanceMatrix.needsUpdate = true;
  if (sparkMesh.instanceColor) sparkMesh.instanceColor.needsUpdate = true;
  const [x, y] = [jolt() * JOLT, jolt() * JOLT];
  camera.position.x += x;
  camera.position.y += y;
  renderer.render(scene, camera);
  camera.position.x -= x;
  camera.position.y -= y;
}
