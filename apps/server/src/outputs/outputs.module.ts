import { Module } from '@nestjs/common';
import { AgentLinkModule } from '../agent-link/agent-link.module.js';
import { AgentsModule } from '../agents/agents.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { AgentOutputsController } from './agent-outputs.controller.js';
import { JobOutputController } from './job-output.controller.js';
import { OutputTransfers } from './output-transfers.js';
import { StoredOutputs } from './stored-outputs.js';
import { WholeOutputs } from './whole-outputs.js';

@Module({
  imports: [AgentsModule, RunsModule, AgentLinkModule],
  controllers: [JobOutputController, AgentOutputsController],
  providers: [StoredOutputs, OutputTransfers, WholeOutputs],
})
export class OutputsModule {}
