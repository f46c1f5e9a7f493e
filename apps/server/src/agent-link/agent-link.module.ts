import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/agents.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { AgentLinkController } from './agent-link.controller.js';
import { AgentsController } from './agents.controller.js';
import { Dispatcher } from './dispatcher.js';
import { LiveSessions } from './live-sessions.js';
import { LostAgents } from './lost-agents.js';
import { ReportRecording } from './report-recording.js';
import { SessionOpening } from './session-opening.js';
import { SessionWatch } from './session-watch.js';
import { SilenceWatch } from './silence-watch.js';

@Module({
  imports: [AgentsModule, RunsModule],
  controllers: [AgentsController, AgentLinkController],
  providers: [LiveSessions, SessionOpening, ReportRecording, Dispatcher, SessionWatch, LostAgents, SilenceWatch],
  exports: [Dispatcher, LiveSessions, LostAgents, SilenceWatch],
})
export class AgentLinkModule {}
