import { SPARES } from './names.js';

const RENDER = 'this.render = function ( scene, camera ) {';

/** The source of three's module with a call of the hook {@link SPARES} before each `render()`. */
export function patchedThree(source: string): string {
  return source.replace(
    RENDER,
    `${RENDER} if ( window.${SPARES}?.( this, scene, camera ) ) return;`,
  );
}
