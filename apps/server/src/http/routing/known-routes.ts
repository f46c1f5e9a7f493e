import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

interface Route {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** Every route of this server, so that a wrong method on a right path can be told from a wrong path. */
@Injectable()
export class KnownRoutes {
  private readonly routes: Route[] = [];

  /** Providers are made before the framework registers the first route. */
  constructor(host: HttpAdapterHost) {
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', ({ url, method }) => {
      this.routes.push({ path: pattern(url), methods: [method].flat() });
    });
  }

  /** What may be done with a path, in the order of the alphabet; nothing when no route leads there. */
  methodsOf(url: string): string[] {
    const [path = ''] = url.split('?', 1);
    return [...new Set(this.routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods))].sort();
  }
}

/** `/a/:b/*` as the router means it: a parameter is one segment that is not empty. */
function pattern(url: string): RegExp {
  const segments = url.split('/').map((segment) => (segment === '*' ? '.*' : segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}$`);
}
