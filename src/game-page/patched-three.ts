import { SPARES } from './names.js';

const RENDER = 'this.render = function ( scene, camera ) {';

const DOC_COMMENT = /^[\t ]*\/\*\*[\s\S]*?\*\/$/gm;
const INDENT_OR_REMARK = /^[\t ]*(?:\/\/.*)?/gm;

/** Half of three is documentation and indents, read at each load. Lines keep their numbers. */
export function withoutDocs(source: string): string {
  return source
    .replace(DOC_COMMENT, (comment) => comment.replace(/[^\n]+/g, ''))
    .replace(INDENT_OR_REMARK, '');
}

/** The source of three's module with a call of the hook {@link SPARES} before each `render()`. */
export function patchedThree(source: string): string {
  return source.replace(
    RENDER,
    `${RENDER} if ( window.${SPARES}?.( this, scene, camera ) ) return;`,
  );
}
