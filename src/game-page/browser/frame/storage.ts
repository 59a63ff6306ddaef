/**
 * A sandboxed page may not touch the browser's storage: games that expect it get one that lasts as
 * long as the page.
 */
export function replaceRefusedStorage(): void {
  for (const name of ['localStorage', 'sessionStorage'] as const) {
    try {
      window[name].getItem('');
    } catch {
      Object.defineProperty(window, name, {
        value: memoryStorage(),
        configurable: true,
        enumerable: true,
      });
    }
  }
}

function memoryStorage(): object {
  const items = new Map<PropertyKey, string>();
  const methods: Readonly<Record<string, (...given: never[]) => unknown>> = {
    getItem: (key: unknown) => items.get(String(key)) ?? null,
    setItem: (key: unknown, value: unknown) => void items.set(String(key), String(value)),
    removeItem: (key: unknown) => void items.delete(String(key)),
    clear: () => items.clear(),
    key: (index: number) => [...items.keys()][index] ?? null,
  };
  return new Proxy(
    {},
    {
      get: (_, key) => {
        if (key === 'length') return items.size;
        return Object.hasOwn(methods, key) ? methods[String(key)] : items.get(key);
      },
      set: (_, key, value) => {
        items.set(String(key), String(value));
        return true;
      },
      has: (_, key) => items.has(key) || key === 'length' || key in methods,
      deleteProperty: (_, key) => {
        items.delete(key);
        return true;
      },
      ownKeys: () => [...items.keys()] as string[],
      getOwnPropertyDescriptor: (_, key) =>
        items.has(key)
          ? { value: items.get(key), writable: true, enumerable: true, configurable: true }
          : undefined,
    },
  );
}
