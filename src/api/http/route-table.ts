import { METHODS } from 'node:http';
import type { Express } from 'express';
import { HTTP_ROUTES } from '../../contracts/http-routes/index.js';
import type { RouteGuard } from '../../contracts/http-routes/route.js';
import { guardOf } from '../guards/route-guards.js';

/** A layer of a router as express keeps it: a route, a router mounted somewhere, or a handler. */
interface Layer {
  readonly rawPath: unknown;
  readonly route?: {
    readonly path: string;
    readonly methods: Readonly<Record<string, boolean>>;
    readonly stack: readonly { readonly handle: object }[];
  };
  readonly handle: { readonly stack?: readonly Layer[] };
}

/** A route that answers: `GET /path`, and who is served. */
interface MountedRoute {
  readonly name: string;
  readonly guard: RouteGuard;
}

/**
 * Throws, naming every difference, unless each mounted route has exactly one row in
 * `contracts/http-routes` with the guard that it is mounted with, and each row has a route.
 */
export function checkRouteTable(app: Express): void {
  const mounted = routesBelow((app.router as unknown as { stack: readonly Layer[] }).stack);
  const rows = new Map<string, RouteGuard>();
  const differences: string[] = [];
  for (const { method, path, guard } of HTTP_ROUTES) {
    const name = `${method.toUpperCase()} ${path}`;
    if (rows.has(name)) differences.push(`${name} has two rows`);
    rows.set(name, guard);
    if (!mounted.some((route) => route.name === name)) differences.push(`${name} is not mounted`);
  }
  for (const { name, guard } of mounted) {
    const promised = rows.get(name);
    if (promised === undefined) differences.push(`${name} has no row`);
    // A signature is checked over the raw body by the handler itself.
    else if (guard !== (promised === 'signature' ? 'none' : promised))
      differences.push(`${name} is guarded as ${guard}, its row says ${promised}`);
  }
  if (differences.length > 0)
    throw new Error(`Routes and src/contracts/http-routes differ:\n  ${differences.join('\n  ')}`);
}

function routesBelow(stack: readonly Layer[]): MountedRoute[] {
  return stack.flatMap(({ route, handle, rawPath }) => {
    if (route) {
      const guards = route.stack.map((layer) => guardOf(layer.handle));
      const guard = guards.find((each) => each !== 'none') ?? 'none';
      return METHODS.filter((method) => route.methods[method.toLowerCase()]).map((method) => ({
        name: `${method} ${route.path}`,
        guard,
      }));
    }
    // The paths of its routes would lack the place where it is mounted.
    if (handle.stack && rawPath !== '/')
      throw new Error(`A router is mounted at ${String(rawPath)}: mount it at the root`);
    return routesBelow(handle.stack ?? []);
  });
}
