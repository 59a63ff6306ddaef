import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';
import type { HttpRoute, RouteRow, RouteRows } from '../../contracts/http-routes/route.js';
import { inSpan, isTracing } from '../../telemetry/tracing.js';
import type { Admitted, Guards } from '../guards/guards.js';
import { refuseSandboxed, type Cors } from '../guards/origin.js';
import type { Limiter } from '../guards/rate-limits.js';
import { readJson } from './json-bodies.js';
import { refusal } from './refusal.js';
import type { ReceiveUpload } from './request-bodies.js';

type Output<S, None> = S extends z.ZodType ? z.output<S> : None;
type PathNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathNames<`/${Rest}`>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;
/** Parts of the address; `path` is the rest of it, decoded. */
type PathParams<P extends string> = Readonly<Record<PathNames<P>, string>> &
  (P extends `${string}{*path}` ? { readonly path: string } : unknown);
type Fact<R, K extends string> = R extends { readonly [F in K]: infer V } ? V : undefined;
type Success<A> = (A extends { readonly 200: infer S } ? S : never) extends infer S
  ? S | (A extends { readonly 202: infer T } ? T : never)
  : never;

/** Input of a handler: validated and typed by its row. */
export type Call<R extends RouteRow> = {
  readonly req: Request;
  readonly res: Response;
  readonly next: NextFunction;
  readonly params: Output<Fact<R, 'params'>, PathParams<R['path']>>;
  readonly query: Output<Fact<R, 'query'>, undefined>;
  /** JSON; the fields of an upload come with its file. */
  readonly body: Output<Fact<R, 'body'>, undefined>;
  /** Reads an upload to its end, as the row allows. */
  readonly receive: R extends { readonly upload: object } ? ReceiveUpload : undefined;
} & Admitted[R['guard']];

/** What is sent as JSON; nothing where the handler has answered by itself. */
export type Answer<R extends RouteRow> =
  Success<R['answers']> extends infer S ? (S extends z.ZodType ? z.input<S> : never) | void : void;
export type Handler<R extends RouteRow> = (call: Call<R>) => Promise<Answer<R>> | Answer<R>;
/** A handler for each row; a missing one does not compile. */
export type Handlers<T extends RouteRows> = { readonly [K in keyof T]: Handler<T[K]> };

/** What stands before the handlers; rows of other kinds than `rows` need nothing. */
export interface Stages<R extends RouteRow> {
  readonly guards: Pick<Guards, R['guard']>;
  readonly limit: Limiter;
  readonly cors: Cors;
  /** Headers of what a model wrote; needed by rows with `content`. */
  readonly gameHeaders?: RequestHandler;
  /** Needed by rows with `upload`. */
  readonly receiver?: (route: RouteRow) => (req: Request, res: Response) => ReceiveUpload;
}

/** Mounts each row: origin, limit, guard, body, handler, in this order (N2). */
export function mount<T extends Readonly<Record<string, HttpRoute>>>(
  router: Router,
  rows: T,
  handlers: Handlers<T>,
  stages: Stages<T[keyof T]>,
): void {
  for (const [key, route] of Object.entries(rows) as [keyof T & string, T[keyof T]][]) {
    const { method, path, rate, crossOrigin } = route;
    router[method](
      path,
      refuseSandboxed(crossOrigin),
      ...headersOf(route, stages),
      stages.limit(rate),
      stages.cors(crossOrigin),
      serve(route, handlers[key] as unknown as Handler<RouteRow>, stages),
    );
    router.options(path, refuseSandboxed(crossOrigin), stages.cors(crossOrigin));
  }
}

function headersOf<R extends RouteRow>(
  { content }: R,
  { gameHeaders }: Stages<R>,
): RequestHandler[] {
  if (content !== 'game') return [];
  if (gameHeaders) return [gameHeaders];
  throw new Error('there is no policy for what a model wrote');
}

function serve<R extends RouteRow>(
  route: R,
  handle: Handler<RouteRow>,
  stages: Stages<R>,
): RequestHandler {
  const guard: R['guard'] = route.guard;
  const admit: (req: Request, res: Response) => Promise<object> = stages.guards[guard];
  const receive = route.upload && stages.receiver?.(route);
  const answer: RequestHandler = async (req, res, next) => {
    const admitted = await admit(req, res);
    const call = {
      req,
      res,
      next,
      receive: receive?.(req, res),
      params: paramsOf(route, req),
      query: route.query && valid(route.query, req.query),
      body: await bodyOf(route, req, res, admitted),
      ...admitted,
    };
    const answered: unknown = await handle(call as unknown as Call<RouteRow>);
    if (answered !== undefined) res.json(answered);
  };
  return route.method === 'get' || guard === 'signature'
    ? answer
    : traced(`${route.method.toUpperCase()} ${route.path}`, answer);
}

function paramsOf({ params }: RouteRow, req: Request): unknown {
  if (params === undefined) {
    const { path } = req.params;
    return Array.isArray(path)
      ? { ...req.params, path: path.join('/') }
      : { path: '', ...req.params };
  }
  const parsed = params.safeParse(req.params);
  if (parsed.success) return parsed.data;
  throw refusal(400, parsed.error.issues[0]?.message ?? 'Invalid address');
}

/** In a function of its own: nothing that was read for the body outlives it. */
async function bodyOf(
  route: RouteRow,
  req: Request,
  res: Response,
  admitted: { user?: { id: string } | null },
): Promise<unknown> {
  const { body, upload, guard, invalid } = route;
  if (body === undefined || upload !== undefined || guard === 'signature') return undefined;
  const userId = admitted.user?.id ?? '';
  return valid(body, (await readJson(route, req, res, userId)) ?? {}, invalid);
}

function valid(schema: z.ZodType, sent: unknown, invalid?: string): unknown {
  const parsed = schema.safeParse(sent);
  if (parsed.success) return parsed.data;
  throw refusal(400, invalid ?? `Invalid ${String(parsed.error.issues[0]?.path[0] ?? 'body')}`);
}

/** A request that may begin work begins a trace, named after the route and not the address. */
function traced(kind: string, answer: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (!isTracing()) return answer(req, res, next);
    const answered = (): Promise<void> =>
      new Promise((resolve, reject) => {
        res.once('close', () => {
          const { statusCode } = res;
          if (statusCode < 500) resolve();
          else reject(Object.assign(new Error(), { name: `Http${statusCode}` }));
        });
        Promise.resolve(answer(req, res, next)).catch(next);
      });
    inSpan({ layer: 'request', kind }, answered).catch(() => undefined);
  };
}
