import { shooter } from './play-pages.js';

const MIB = 1024 * 1024;
/** Memory that is only asked for is not taken: each of its pages is written. */
const FILL = `const kept = [];
const fill = (bytes) => {
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 4096) all[at] = 1;
  kept.push(all);
  return all;
};`;
const workers = (body: string): string =>
  `const work = URL.createObjectURL(new Blob([${JSON.stringify(body)}]));`;
const WEBGL = `const gl = document.createElement('canvas').getContext('webgl2');
const pixels = new Uint8Array(${16 * MIB}).fill(7);`;

/** Games that take all that they can get, by what they take. */
export const BOMBS: Readonly<Record<string, string>> = {
  'buffers while it loads': shooter({ first: `${FILL} for (;;) fill(${8 * MIB});` }),
  'buffers in each frame': shooter({ first: FILL, frame: `fill(${32 * MIB});` }),
  'buffers at a touch': shooter({ first: FILL, touch: `for (;;) fill(${8 * MIB});` }),
  'buffers in timers': shooter({ first: `${FILL} setInterval(() => fill(${8 * MIB}), 1);` }),
  arrays: shooter({ first: 'const kept = []; for (;;) kept.push(new Array(1e6).fill({}));' }),
  objects: shooter({
    first: 'let kept = null;',
    frame: 'for (let each = 0; each < 1e6; each += 1) kept = { kept, at: [each] };',
  }),
  strings: shooter({
    first: `const kept = [];
for (;;) { const text = 'ab'.repeat(1e7) + kept.length; text.charCodeAt(5); kept.push(text); }`,
  }),
  canvases: shooter({
    first: 'const kept = [];',
    frame: `const one = document.createElement('canvas'); one.width = one.height = 2048;
one.getContext('2d').fillRect(0, 0, 2048, 2048); kept.push(one);`,
  }),
  'canvases on the page': shooter({
    frame: `const one = document.createElement('canvas'); one.width = one.height = 2048;
one.style.cssText = 'position: fixed; top: 0; opacity: 0.01; will-change: transform';
one.getContext('2d').fillRect(0, 0, 2048, 2048); document.body.append(one);`,
  }),
  'image bitmaps': shooter({
    first: 'const kept = [], image = new ImageData(2048, 2048); image.data.fill(9);',
    frame: 'createImageBitmap(image).then((one) => kept.push(one));',
  }),
  'WebGL buffers': shooter({
    first: WEBGL,
    frame: `gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
gl.bufferData(gl.ARRAY_BUFFER, pixels, gl.STATIC_DRAW);`,
  }),
  'WebGL textures': shooter({
    first: WEBGL,
    frame: `gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 2048, 2048, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);`,
  }),
  'WebAssembly memory': shooter({
    first: 'const kept = [];',
    frame: `const one = new WebAssembly.Memory({ initial: 256, maximum: 256 });
new Uint8Array(one.buffer).fill(3); kept.push(one);`,
  }),
  sound: shooter({
    first: 'const kept = [], sound = new AudioContext();',
    frame: `const one = sound.createBuffer(2, 2e6, 48000);
one.getChannelData(0).fill(0.1); one.getChannelData(1).fill(0.1); kept.push(one);`,
  }),
  'elements of the page': shooter({
    frame: `for (let each = 0; each < 2e4; each += 1)
  document.body.append(Object.assign(document.createElement('i'), { textContent: each }));`,
  }),
  blobs: shooter({
    first: `const kept = [], part = new Uint8Array(${32 * MIB}).fill(5);`,
    frame: 'kept.push(URL.createObjectURL(new Blob([part, String(kept.length)])));',
  }),
  'workers by the hundred': shooter({
    first: `${workers('setInterval(() => 0, 1);')} const kept = [];`,
    frame: 'for (let each = 0; each < 20; each += 1) kept.push(new Worker(work));',
  }),
  'workers that fill': shooter({
    first: `${workers(`${FILL} setInterval(() => fill(${8 * MIB}), 1);`)}
for (let each = 0; each < 8; each += 1) new Worker(work);`,
  }),
  frames: shooter({
    frame: `const one = document.createElement('iframe');
one.srcdoc = '<script>const a = new Uint8Array(2e7).fill(1)<\\/script>';
document.body.append(one);`,
  }),
  databases: shooter({
    first: `const part = new Uint8Array(${16 * MIB}).fill(4); let base = null;
const asked = indexedDB.open('x');
asked.onupgradeneeded = () => asked.result.createObjectStore('x');
asked.onsuccess = () => { base = asked.result; };`,
    frame: "base?.transaction('x', 'readwrite').objectStore('x').put(part, Math.random());",
  }),
};

/** Games that need much, and no more than a phone has. */
export const HEAVY: Readonly<Record<string, string>> = {
  'buffers of 200 MB': shooter({
    first: `${FILL} for (let each = 0; each < 25; each += 1) fill(${8 * MIB});`,
  }),
  'WebGL textures of 160 MB': shooter({
    first: `${WEBGL} for (let each = 0; each < 10; each += 1) {
gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 2048, 2048, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels); }`,
  }),
  'sound of 100 MB': shooter({
    first: `const kept = [], sound = new AudioContext();
for (let each = 0; each < 6; each += 1) {
  const one = sound.createBuffer(2, 2e6, 48000);
  one.getChannelData(0).fill(0.1); kept.push(one); }`,
  }),
  'sprites on sixty canvases': shooter({
    first: `const kept = [];
for (let each = 0; each < 60; each += 1) {
  const one = document.createElement('canvas'); one.width = one.height = 512;
  one.getContext('2d').fillRect(0, 0, 512, 512); kept.push(one); }`,
  }),
};
