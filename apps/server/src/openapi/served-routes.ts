import { Injectable, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { AUDIENCE, ENROLS, NEEDED_ROLE, type OperatorRole, roleForMethod } from '../http/principal.js';
import { type CheckedInput, checkedInputOf } from './checked.js';
import { ROUTE, type RouteDescription, TAG } from './route.js';

/** A route that the server really has, as its controller tells it. */
export interface ServedRoute {
  /** `runs_show` of `RunsController.show`. */
  readonly id: string;
  readonly method: string;
  /** `/api/v1/runs/{runId}` */
  readonly path: string;
  readonly audience: 'public' | 'operators' | 'agents';
  /** For operators: the lowest role that may. */
  readonly role: OperatorRole;
  /** For agents: whether the token that only enrols is enough. */
  readonly enrols: boolean;
  readonly tag: string;
  readonly input: CheckedInput;
  /** Undefined where nobody has described it yet. */
  readonly description: RouteDescription | undefined;
}

/** Finds every route of every controller, described or not. */
@Injectable()
export class ServedRoutes {
  constructor(private readonly discovery: DiscoveryService, private readonly scanner: MetadataScanner, private readonly reflector: Reflector) {}

  all(): ServedRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype, instance }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => this.routesOf(metatype as object as Controller, prototype, name));
    });
  }

  private routesOf(controller: Controller, prototype: Record<string, object>, name: string): ServedRoute[] {
    const handler = prototype[name] as Handler;
    const paths = textsOf(Reflect.getMetadata(PATH_METADATA, handler));
    if (paths.length === 0) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    const of = <Value>(key: symbol) => this.reflector.getAllAndOverride<Value | undefined>(key, [handler, controller]);
    const noun = controller.name.replace(/Controller$/, '');
    return textsOf(Reflect.getMetadata(PATH_METADATA, controller)).flatMap((prefix) => paths.map((path): ServedRoute => ({
      id: `${noun.charAt(0).toLowerCase()}${noun.slice(1)}_${name}`,
      method, path: pathOf(prefix, path), tag: of<string>(TAG) ?? noun, input: checkedInputOf(prototype, name), description: of<RouteDescription>(ROUTE),
      audience: of<'public' | 'agents'>(AUDIENCE) ?? 'operators', role: of<OperatorRole>(NEEDED_ROLE) ?? roleForMethod(method), enrols: of<true>(ENROLS) === true,
    })));
  }
}

type Handler = () => unknown;
type Controller = new () => unknown;

function textsOf(metadata: unknown): string[] {
  return metadata === undefined ? [] : [metadata].flat() as string[];
}

function pathOf(...parts: readonly string[]): string {
  const segments = parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '');
  return `/${segments.map((segment) => segment.replace(/^:(.*)$/, '{$1}')).join('/')}`;
}
