/** Rows under headers as text; the columns from `rightFrom` on are numbers and stand right. */
export function renderTable(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  rightFrom = headers.length,
): string {
  const table = [headers, ...rows];
  const widths = headers.map((_, column) =>
    Math.max(...table.map((cells) => widthOf(cells[column] ?? ''))),
  );
  return table
    .map((cells) =>
      cells
        .map((cell, column) => {
          const gap = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
          return column < rightFrom ? cell + gap : gap + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Columns of a terminal: Japanese characters take two. */
function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}
const WIDE = new RegExp(
  '[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f' +
    '\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]',
  'u',
);

/** US dollars; small ones with four digits. */
export function money(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 0.1 ? 4 : 2)}`;
}

/** A duration for a person: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min, 4 d. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 172_800)
    return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** A moment by the clock of this machine: 2026-11-27 13:05:09. */
export function moment(at: string | Date): string {
  const date = new Date(at);
  const part = (value: number): string => String(value).padStart(2, '0');
  return (
    `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())} ` +
    `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}`
  );
}
