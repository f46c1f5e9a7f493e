import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/agents.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { AgentLinkController } from './agent-link.controller.js';
import { AgentsController } from './agents.controller.js';
import { LogModule } from '../log/log.module.js';
import { Dispatcher } from './dispatcher.js';
import { HelloCheck } from './opening/hello-check.js';
import { InventoryComparison } from './opening/inventory-comparison.js';
import { LiveSessions } from './live-sessions.js';
import { LostAgents } from './lost-agents.js';
import { ReportRecording } from './report-recording.js';
import { SessionOpening } from './session-opening.js';
import { SessionWatch } from './session-watch.js';
import { SilenceWatch } from './silence-watch.js';
import { ToldEnds } from './opening/told-ends.js';

@Module({
  imports: [AgentsModule, LogModule, RunsModule],
  controllers: [AgentsController, AgentLinkController],
  providers: [LiveSessions, ToldEnds, HelloCheck, InventoryComparison, SessionOpening, ReportRecording, Dispatcher, SessionWatch, LostAgents, SilenceWatch],
  exports: [Dispatcher, LiveSessions, ToldEnds, LostAgents, SessionWatch, SilenceWatch],
})
export class AgentLinkModule {}
