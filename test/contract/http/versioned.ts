/** A page of ours as it lies on the disk, out of one as it is served. */
export const asOnDisk = (html: string): string =>
  html.replace(/ *<link rel="modulepreload"[^>]*>\n/g, '').replace(/"\/v\/[0-9a-f]{16}\//g, '"/');
