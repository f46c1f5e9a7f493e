import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { position } from '#protocol/agent-link';
import { Route, Tag } from '../openapi/route.js';
import { Public } from './principal.js';

const alive = z.object({ status: z.literal('ok') });
const ready = alive.extend({ position });

/** Both answer only once the log is folded, because the port is closed before that. */
@Controller()
@Public()
@Tag('server')
export class HealthController {
  constructor(private readonly follower: LogFollower) {}

  @Get('healthz')
  @Route({ summary: 'Whether the process lives', answers: { 200: alive } })
  alive() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Route({ summary: 'Whether the server serves, and how far it has folded the log', answers: { 200: ready } })
  ready() {
    return { status: 'ok', position: this.follower.position.toString() };
  }
}
