/** What is shown stands in the address: a link shows the same, and a reload. */

export function query() {
  return new URLSearchParams(location.search);
}

/** Changes some of it; empty values are left out. @param {Record<string, string>} changes */
export function setQuery(changes) {
  const asked = query();
  for (const [name, value] of Object.entries(changes))
    if (value === '') asked.delete(name);
    else asked.set(name, value);
  const words = asked.toString();
  history.replaceState(null, '', words === '' ? location.pathname : `?${words}`);
}

/** The part of it that the server is asked with. @param {readonly string[]} names */
export function asked(names) {
  const present = query();
  return new URLSearchParams(
    names.flatMap((name) => {
      const value = present.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}
