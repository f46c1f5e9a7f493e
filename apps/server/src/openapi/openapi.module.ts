import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DocumentationController } from './documentation.controller.js';
import { OpenApi } from './open-api.js';
import { ServedRoutes } from './served-routes.js';

@Module({ imports: [DiscoveryModule], controllers: [DocumentationController], providers: [ServedRoutes, OpenApi] })
export class OpenApiModule {}
