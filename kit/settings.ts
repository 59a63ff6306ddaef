type Value = number | string | boolean;

/** What the page's block `settings` declares, by name; a slider changes it at once. */
export const settings: Record<string, Value> = {};

/** Reads the block, and takes what is tuned while the game runs; `onTuned` is called after that. */
export function readSettings(onTuned: () => void): void {
  const block = document.getElementById('settings')?.textContent ?? '[]';
  for (const { name, value } of JSON.parse(block) as { name: string; value: Value }[])
    settings[name] = value;
  addEventListener('settings', (event) => {
    Object.assign(settings, (event as CustomEvent<Record<string, Value>>).detail);
    event.preventDefault();
    onTuned();
  });
}
