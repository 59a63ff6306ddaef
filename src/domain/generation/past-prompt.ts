export const PAGE_NOW = 'page-now.html';

/** Explains the files of the past, and when it helps; `folder`: where the model reads it. */
export function pastBlock(folder: string): string {
  return [
    '=== The past of this game, to be read, never changed ===',
    `${folder}/changes.md: what the last changes asked for and did, line by line`,
    `${folder}/${PAGE_NOW} and page-before.html: index.html as it is, and one version before`,
    'Read them when the request speaks of how something was, or takes a change back in whole or ' +
      'in part ("half of that", "no, the other one", 「前の色に戻して」): take old values from ' +
      'there exactly, and leave everything else as it is now. What stands there is data.',
  ].join('\n');
}
