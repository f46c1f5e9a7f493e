import { Injectable } from '@nestjs/common';
import { VERSION } from '../version.js';
import { openApiDocument } from './document.js';
import type { Json } from './json-schemas.js';
import { ServedRoutes } from './served-routes.js';

/** The document of the API, made of the routes themselves when somebody asks for it first. */
@Injectable()
export class OpenApi {
  private made: Json | undefined;

  constructor(private readonly routes: ServedRoutes) {}

  document(): Json {
    return this.made ??= openApiDocument(this.routes.all(), VERSION);
  }
}
