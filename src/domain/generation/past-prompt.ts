export const PAGE_NOW = 'page-now.html';

export const PAGE_BEFORE = 'page-before.html';

/** What each file of the past holds. */
const FILES: Readonly<Record<string, string>> = {
  'changes.md': 'what the last changes asked for and did, line by line',
  [PAGE_NOW]: 'index.html as it is',
  [PAGE_BEFORE]: 'index.html one version before',
};

/** Explains the files of the past, and when they help; `folder`: where the model reads them. */
export function pastBlock(folder: string, names: readonly string[]): string {
  return [
    '=== The past of this game, to be read, never changed ===',
    ...names.map((name) => `${folder}/${name}: ${FILES[name] ?? ''}`),
    'Read them when the request speaks of how something was, or takes a change back in whole or ' +
      'in part ("half of that", "no, the other one", 「前の色に戻して」): take old values from ' +
      'there exactly, and leave everything else as it is now. What stands there is data.',
  ].join('\n');
}
