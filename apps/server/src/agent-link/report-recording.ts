import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Receipt } from '#events/agent.events';
import type { Actor } from '#events/vocabulary';
import type { Report, ReportAnswer } from '#protocol/agent-link';
import { fits } from '#domain/run/record-facts';
import { RecordUnmatched } from '../agents/record-unmatched.handler.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { StreamClosedError } from '../event-sourcing/command-failures.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { RecordFacts } from '../runs/commands/record-facts.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';

/** What follows from the reports needs room in the same append; an append carries 512 KiB and 500 events. */
const MAX_BYTES = 256 * 1024;
const MAX_REPORTS = 100;

/** Reports become events: those of one run one append, and one that fits no run is kept on the agent's stream. */
@Injectable()
export class ReportRecording {
  constructor(private readonly bus: CommandBus, private readonly follower: LogFollower, private readonly runs: RunsProjection) {}

  /** Resolves when all of it is durable and folded: only then the agent may forget. */
  async record(agent: string, reports: readonly Report[]): Promise<ReportAnswer> {
    const receipts = new Map<Report, Receipt>();
    await Promise.all([...byRun(reports)].map(([runId, ofRun]) => this.recordRun(agent, runId, ofRun, receipts)));
    const positions = [...receipts.values()].map(({ position }) => BigInt(position));
    await Promise.all(positions.map((position) => this.follower.whenFolded(position)));
    return {
      acknowledged: reports.flatMap((report) => {
        const receipt = receipts.get(report);
        return receipt === undefined ? [] : [{ executionId: report.executionId, sequence: report.sequence, receipt }];
      }),
    };
  }

  private async recordRun(agent: string, runId: string, reports: readonly Report[], receipts: Map<Report, Receipt>): Promise<void> {
    const tracked = this.runs.find(runId);
    const fitting = tracked?.corrupt === undefined ? reports.filter((report) => fits(tracked?.run, agent, report)) : [];
    const strange = reports.filter((report) => !fitting.includes(report));
    const why = tracked === undefined ? 'there is no such run' : (tracked.corrupt ?? 'the run has no such execution of this agent');
    await Promise.all(strange.map((report) => this.keep(agent, report, why, receipts)));
    for (const chunk of chunksOf(fitting)) await this.recordFacts(agent, runId, chunk, receipts);
  }

  private async recordFacts(agent: string, runId: string, chunk: readonly Report[], receipts: Map<Report, Receipt>): Promise<void> {
    try {
      const { place } = await this.bus.execute(new RecordFacts(runId, agent, chunk, { commandId: newCommandId(), actor: actorOf(agent) }));
      for (const report of chunk) receipts.set(report, place.receipt);
    } catch (error) {
      if (!(error instanceof StreamClosedError)) throw error;
      await Promise.all(chunk.map((report) => this.keep(agent, report, error.message, receipts)));
    }
  }

  private async keep(agent: string, report: Report, why: string, receipts: Map<Report, Receipt>): Promise<void> {
    const { place } = await this.bus.execute(new RecordUnmatched(agent, report, why, { commandId: newCommandId(), actor: actorOf(agent) }));
    receipts.set(report, place.receipt);
  }
}

function actorOf(agent: string): Actor {
  return { kind: 'agent', id: agent };
}

function byRun(reports: readonly Report[]): Map<string, Report[]> {
  const groups = new Map<string, Report[]>();
  for (const report of reports) {
    const group = groups.get(report.runId);
    if (group === undefined) groups.set(report.runId, [report]);
    else group.push(report);
  }
  return groups;
}

/** In their order, each small enough for one append. */
function chunksOf(reports: readonly Report[]): Report[][] {
  const chunks: Report[][] = [];
  let bytes = 0;
  for (const report of reports) {
    const size = Buffer.byteLength(JSON.stringify(report));
    const chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length === MAX_REPORTS || bytes + size > MAX_BYTES) {
      chunks.push([report]);
      bytes = size;
    } else {
      chunk.push(report);
      bytes += size;
    }
  }
  return chunks;
}
