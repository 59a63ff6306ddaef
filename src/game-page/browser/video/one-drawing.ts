import { FRAME_MS } from '../../names.js';

/** Games draw once per image of the video (30 a second), not twice. */
const [later, never, clock] = [window.setTimeout, window.clearTimeout, performance];
window.requestAnimationFrame = (draw) => later(() => draw(clock.now()), FRAME_MS);
window.cancelAnimationFrame = (handle) => never(handle);
