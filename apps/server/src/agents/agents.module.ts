import { Module } from '@nestjs/common';
import { AgentsProjection } from './agents.projection.js';
import { ConnectAgentHandler } from './connect-agent.handler.js';
import { DeclareAgentLostHandler } from './declare-agent-lost.handler.js';
import { DrainAgentHandler } from './drain-agent.handler.js';
import { EnrolAgentHandler } from './enrol-agent.handler.js';
import { LiveContacts } from './live-contacts.js';
import { LoseContactHandler } from './lose-contact.handler.js';
import { RecordUnmatchedHandler } from './record-unmatched.handler.js';
import { RecordUnreachableHandler } from './record-unreachable.handler.js';
import { ResumeAgentHandler } from './resume-agent.handler.js';

@Module({
  providers: [
    AgentsProjection, LiveContacts, EnrolAgentHandler, ConnectAgentHandler, LoseContactHandler, RecordUnreachableHandler, RecordUnmatchedHandler,
    DrainAgentHandler, ResumeAgentHandler, DeclareAgentLostHandler,
  ],
  exports: [AgentsProjection, LiveContacts],
})
export class AgentsModule {}
