/** What this tab keeps under a key, over a reload; null = nothing, or nothing that can be read. */
export function keptAs<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}
