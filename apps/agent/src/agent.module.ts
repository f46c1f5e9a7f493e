import { type DynamicModule, Module } from '@nestjs/common';
import type { AgentOptions } from './agent-options.js';
import { ExecutionKeeper } from './executions/execution-keeper.js';
import type { KeeperLog } from './executions/keeper-options.js';
import { currentBootId } from './executions/process/proc.js';
import { AgentLink } from './link/agent-link.js';
import { Credential } from './link/credential.js';
import { ReportSender } from './link/report-sender.js';
import { OutputSender } from './outputs/output-sender.js';
import { VERSION } from './version.js';

/** What the keeper calls when there is something to report; the senders that answer it exist only after the keeper. */
class ReportBell {
  ring: () => void = () => undefined;
}

/** The agent: what it keeps on disk, the processes it runs, and its link to the servers. */
@Module({})
export class AgentModule {
  static with(options: AgentOptions, log: KeeperLog): DynamicModule {
    return {
      module: AgentModule,
      providers: [
        ReportBell,
        { provide: Credential, inject: [ExecutionKeeper], useFactory: () => new Credential(options.data) },
        {
          provide: ExecutionKeeper,
          inject: [ReportBell],
          useFactory: (bell: ReportBell) => ExecutionKeeper.open({ dataDir: options.data, slots: options.slots, tasks: options.tasks, onReport: () => bell.ring(), log }),
        },
        { provide: OutputSender, inject: [ExecutionKeeper], useFactory: (keeper: ExecutionKeeper) => new OutputSender(keeper, log) },
        {
          provide: ReportSender,
          inject: [ExecutionKeeper, ReportBell, OutputSender],
          useFactory: (keeper: ExecutionKeeper, bell: ReportBell, outputs: OutputSender) => {
            const sender = new ReportSender(keeper, log);
            bell.ring = () => {
              outputs.nudge();
              sender.nudge();
            };
            return sender;
          },
        },
        {
          provide: AgentLink,
          inject: [ExecutionKeeper, ReportSender, OutputSender, Credential],
          useFactory: (keeper: ExecutionKeeper, sender: ReportSender, outputs: OutputSender, credential: Credential) =>
            new AgentLink(options, { version: VERSION, bootId: currentBootId() }, keeper, sender, outputs, credential, log),
        },
      ],
    };
  }
}
