import {
  MAX_SETTINGS,
  Setting,
  type SettingValue,
  type SettingValues,
} from '../../contracts/game/settings.js';

/** A longer block is no block of settings. */
const MAX_BLOCK_BYTES = 8_000;
/** A longer opening tag is not the one of the prompt's rules. */
const MAX_TAG_CHARS = 300;

interface Block {
  /** Where its content stands in the file, bytes. */
  readonly from: number;
  readonly to: number;
  /** What it declares, as the game wrote it. */
  readonly items: readonly Record<string, unknown>[];
}

/**
 * What a game declares in its one `<script type="application/json" id="settings">`, in its order. A
 * model wrote that: what does not hold is left out, a name that stands twice altogether; no block,
 * or more than one, declares nothing.
 */
export const settingsOf = (html: Buffer): Setting[] => declaredIn(blockOf(html));

/** Name of the first value that no setting takes; null = all of them may be set. */
export function refusedValue(settings: readonly Setting[], values: SettingValues): string | null {
  const takes = (name: string, value: SettingValue): boolean => {
    const setting = settings.find((each) => each.name === name);
    return setting !== undefined && Setting.safeParse({ ...setting, value }).success;
  };
  return Object.entries(values).find(([name, value]) => !takes(name, value))?.[0] ?? null;
}

/** The settings whose value would be another one. */
export function changedSettings(
  settings: readonly Setting[],
  values: SettingValues,
): { setting: Setting; value: SettingValue }[] {
  return settings.flatMap((setting) => {
    const value = Object.hasOwn(values, setting.name) ? values[setting.name] : undefined;
    return value === undefined || value === setting.value ? [] : [{ setting, value }];
  });
}

/**
 * The file with these values in its block: every byte outside of it stays, and no value can end it.
 * The values are ones that {@link refusedValue} lets pass.
 */
export function withSettings(html: Buffer, values: SettingValues): Buffer {
  const block = blockOf(html);
  const changed = new Map(
    changedSettings(declaredIn(block), values).map(({ setting, value }) => [setting.name, value]),
  );
  if (block === null || changed.size === 0) return html;
  const items = block.items.map((item) => {
    const value = changed.get(String(item['name']));
    return value === undefined ? item : { ...item, value };
  });
  const text = `[\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]`;
  return Buffer.concat([
    html.subarray(0, block.from),
    Buffer.from(`\n${text.replaceAll('<', '\\u003c')}\n`),
    html.subarray(block.to),
  ]);
}

/** What a version is called that these changes made, in the game's own words. */
export function tuningSubject(changes: ReturnType<typeof changedSettings>): string {
  return changes
    .map(({ setting, value }) => `${setting.label ?? setting.name} ${setting.value} → ${value}`)
    .join(', ');
}

function declaredIn(block: Block | null): Setting[] {
  if (block === null) return [];
  const names = block.items.map((item) => item['name']);
  const isOnce = (name: unknown): boolean => names.indexOf(name) === names.lastIndexOf(name);
  return block.items
    .flatMap((item) => Setting.safeParse(item).data ?? [])
    .filter(({ name }) => isOnce(name))
    .slice(0, MAX_SETTINGS);
}

function blockOf(html: Buffer): Block | null {
  const [found, another] = settingsScripts(html.toString('latin1'));
  if (found === undefined || another !== undefined) return null;
  if (found.to - found.from > MAX_BLOCK_BYTES) return null;
  try {
    const items: unknown = JSON.parse(html.toString('utf8', found.from, found.to));
    return isObjects(items) ? { ...found, items } : null;
  } catch {
    return null;
  }
}

const isObjects = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);

/**
 * Content of each settings script, as a browser finds them: not in comments, not in other scripts.
 * One pass from tag to tag, for the server itself does this to whatever a model wrote: the work of
 * a parser that builds a tree grows faster than the page. Each character of `page` is a byte.
 */
function settingsScripts(page: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  const starts = /<!--|<script(?=[\s/>])/gi;
  const ends = /<\/script(?=[\s/>])/gi;
  for (let start = starts.exec(page); start; start = starts.exec(page)) {
    if (start[0] === '<!--') {
      const end = page.indexOf('-->', starts.lastIndex);
      if (end < 0) break;
      starts.lastIndex = end;
      continue;
    }
    const from = page.indexOf('>', starts.lastIndex) + 1;
    ends.lastIndex = from;
    const to = from === 0 ? undefined : ends.exec(page)?.index;
    if (to === undefined) break;
    if (isSettingsTag(page.slice(starts.lastIndex, from - 1))) found.push({ from, to });
    starts.lastIndex = to;
  }
  return found;
}

function isSettingsTag(attributes: string): boolean {
  if (attributes.length > MAX_TAG_CHARS) return false;
  const has = (name: string, value: string): boolean =>
    new RegExp(`\\s${name}\\s*=\\s*(["']?)${value}\\1(?:[\\s/]|$)`, 'i').test(attributes);
  return has('id', 'settings') && has('type', 'application/json');
}
