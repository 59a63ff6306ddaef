/**
 * Decides where a sign-in may lead back to: the site itself and nothing else. While the site is
 * this machine, its other names on the same port are the site, too.
 */
export class Redirects {
  private readonly site: URL;

  constructor(readonly siteUrl: string) {
    this.site = new URL(siteUrl);
  }

  /** The wanted address if it is the site's, else the site's own, as GoTrue does. */
  choose(wanted: string | null): string {
    if (wanted === null || !URL.canParse(wanted)) return this.siteUrl;
    const url = new URL(wanted);
    const isSite = url.origin === this.site.origin || this.isSameMachine(url);
    return isSite && url.username === '' && url.password === '' ? url.href : this.siteUrl;
  }

  private isSameMachine({ protocol, hostname, port }: URL): boolean {
    return (
      isLoopback(this.site.hostname) &&
      isLoopback(hostname) &&
      protocol === this.site.protocol &&
      port === this.site.port
    );
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
