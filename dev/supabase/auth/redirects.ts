/**
 * Decides where a sign-in may lead back to: this machine, the site itself, and what was allowed by
 * name.
 */
export class Redirects {
  private readonly origins: ReadonlySet<string>;

  constructor(
    readonly siteUrl: string,
    allowed: readonly string[],
  ) {
    this.origins = new Set([siteUrl, ...allowed].map((url) => new URL(url).origin));
  }

  /** The wanted address if it is allowed, else the site's own, as GoTrue does. */
  choose(wanted: string | null): string {
    if (wanted === null || !URL.canParse(wanted)) return this.siteUrl;
    const url = new URL(wanted);
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
    const isOurs = this.origins.has(url.origin) || isLoopback(url.hostname);
    return isWeb && isOurs && url.username === '' && url.password === '' ? url.href : this.siteUrl;
  }
}

/** Whether a host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '[::1]' ||
    host === '::1' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
  );
}
