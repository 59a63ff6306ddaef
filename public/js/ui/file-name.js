/** Names of files that people download. */

/** What no file system accepts in a name. */
const UNSAFE = /[\\/:*?"<>|\u0000-\u001f\u007f]/g;
/** Joiners, direction marks, variation selectors: file systems drop or replace them. */
const INVISIBLE = /[\p{Cf}\ufe00-\ufe0f]/gu;
const MAX_CHARS = 80;

/**
 * A name that every file system takes. An emoji that is joined of several keeps its first; nothing
 * is cut in the middle of a character.
 * @param {string} name @param {string} extension with its dot
 */
export function fileName(name, extension) {
  const clusters = Array.from(new Intl.Segmenter().segment(name.normalize('NFC')), ({ segment }) =>
    segment.includes('\u200d') ? (Array.from(segment)[0] ?? '') : segment,
  );
  const safe = clusters
    .map((cluster) => cluster.replace(INVISIBLE, ''))
    .slice(0, MAX_CHARS)
    .join('')
    .replace(UNSAFE, '_')
    .trim();
  return `${safe || 'game'}${extension}`;
}

/** Gives a file to the person. @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
