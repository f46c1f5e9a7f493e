import { Controller, Get } from '@nestjs/common';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { Public } from './principal.js';

/** Both answer only once the log is folded, because the port is closed before that. */
@Controller()
@Public()
export class HealthController {
  constructor(private readonly follower: LogFollower) {}

  @Get('healthz')
  alive() {
    return { status: 'ok' };
  }

  @Get('readyz')
  ready() {
    return { status: 'ok', position: this.follower.position.toString() };
  }
}
