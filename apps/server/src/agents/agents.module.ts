import { Module } from '@nestjs/common';
import { AgentsProjection } from './agents.projection.js';
import { ConnectAgentHandler } from './connect-agent.handler.js';
import { DrainAgentHandler } from './drain-agent.handler.js';
import { EnrolAgentHandler } from './enrol-agent.handler.js';
import { LoseContactHandler } from './lose-contact.handler.js';
import { RecordUnmatchedHandler } from './record-unmatched.handler.js';
import { ResumeAgentHandler } from './resume-agent.handler.js';

@Module({
  providers: [AgentsProjection, EnrolAgentHandler, ConnectAgentHandler, LoseContactHandler, RecordUnmatchedHandler, DrainAgentHandler, ResumeAgentHandler],
  exports: [AgentsProjection],
})
export class AgentsModule {}
